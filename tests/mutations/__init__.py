"""Each guard of the delivery is taken out, and the tests that are there for it must fail.

`mutations.toml` is the table: what is promised, where its guard stands, what stands there without
it, and the tests that notice. `test_mutations` changes a copy of the code and runs those tests.
"""
