"""The readable reference model: the same month as the compiled engine, one Mesa agent a firm and a worker.

It shares with the engine the draws, the parameter registry and the initial state, and nothing else: every
equation is written again, in plain Python, so that a slip in one of the two shows as a difference.
"""
