"""An engine in another process: `Host` beside the engine, `RemoteEngine` where it is asked.

Both ends are processes of one server, on one machine, with a socket pair between them that nobody
else can open: what goes over it is pickled. Reads do not go over it: the other process reads the
store itself.
"""
