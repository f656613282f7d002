"""The 6R method: gates, factor scores, effort, roll-up, compatibility, decisions and their overrides."""
