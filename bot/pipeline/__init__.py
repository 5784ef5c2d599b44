"""The advisory's way: intake, review, plan, dispatch."""
