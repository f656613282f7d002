"""What language models may add to the rules' results: permissions, cleaning, reviewing, and what they are told."""
