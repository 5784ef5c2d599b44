"""Storms: everything that can fail does, and the ledger of the sandbox says who was told.

Each file states the bounds that it asserts and why. What may fail, and which storm shows it:

- intake dies before XACK, dispatcher before a send or between acceptance and record: `test_kills`
- the reply to publish, claim, record, role, recover, steer or an advisory's own scripts is lost:
  `test_wire`
- a send's fate is unknown, 429, 5xx, no connection: `test_telegram`
- the dispatcher stalls past its role, or a standby has to wait for it to expire: `test_stalls`
- clocks of hosts differ, Redis moves to its replica: `test_hosts`
- Redis is away, or silent: `test_kills`, `test_wire`; it is rolled back: `test_wire`
- a cancel (also with a power cut), an expiry or a shelter-now advisory in mid-broadcast:
  `test_steering`
- groups move in mid-broadcast: `test_groups`

Short ones run with every test. `make storms` runs the long ones: FOREWARN_STORM_CHATS (20000) says
for how many people, FOREWARN_STORM_SEED repeats the chance of a storm that failed.
"""
