"""What the text of a report states in numbers.

Sentences are read by a small grammar: quantities, the words before and behind them, the topic and
the period they stand in. No statement is better than a wrong one: whatever is not plainly about a
value of the form, or about numbers of its own sentence, is left alone.
"""
