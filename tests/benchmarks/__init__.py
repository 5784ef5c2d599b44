"""What is promised of the delivery, as bounds that hold on any machine.

A Telegram with its limits enforced sets the pace here, so the bounds are of pacing and not of
processors. Short ones run with every test; what is marked `benchmark` by `make benchmarks`.
"""
