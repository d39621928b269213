"""Till slips: goods that stand under no heads."""
