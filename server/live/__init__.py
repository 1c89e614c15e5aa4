"""What every screen is told: views of the committed shows, and the outboxes that carry them."""
