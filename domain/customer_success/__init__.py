"""Guided customer-success workflows: which a customer gets, how urgent each is, and the queue of them."""
