"""Customers from files: what columns mean, what cells say, and how rows become customers and the people there."""
