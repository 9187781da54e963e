"""`gouji doctor`: looks at a deployment from where a process of it runs, and says what is wrong.

It works in any of the images: what an image has no part of is passed over and said so. It writes
nothing but objects below `doctor/`, which it removes.
"""
