"""Files nobody trusts are opened here: each in a process of its own that can do little else.

`reader` is what the rest of the house asks, `child` the other end; `bounds` and `kernel` say what
a process may use and reach, `opening` what is done inside.
"""
