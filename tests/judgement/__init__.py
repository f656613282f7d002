"""The strategies an architect would choose, and what the product's rules say beside them."""
