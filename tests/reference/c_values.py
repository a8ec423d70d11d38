"""Values as C writes them: shortest decimals, and braces around them. What the makers of golden headers share."""


def number(value):
    return repr(float(value))


def braces(values):
    return "{ " + ", ".join(values) + " }"


def numbers(values):
    return braces(map(number, values))


def truth(value):
    return "true" if value else "false"
