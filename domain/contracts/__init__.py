"""What a contract's text says: sentences, amounts, days and terms, found by rules alone."""
