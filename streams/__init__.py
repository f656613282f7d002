"""Publish and subscribe, and the hub that feeds subscriptions."""
