"""Matches kept incrementally: everything that the online engine knows of who is alike.

Live records have trait vectors; vectors have blocking keys; vectors that share an effective key are
weighed, and pairs that are worth a look are kept. All of it is a function of the live records and
the model: after any history it is what it would be had the records come in any other order.
"""
