"""Public conference-scheduling instances (CoSPLib) that our planner is held against."""
