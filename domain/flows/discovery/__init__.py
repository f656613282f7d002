"""Discovery: from an inventory file to applications, components and dependencies."""
