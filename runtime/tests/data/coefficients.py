"""Prints the polynomial coefficients of runtime/src/elementary/{double,single}.rs.

Minimax fits in 60 digits (mpmath). The coefficients are rounded to the scalar one after the other, lowest first; after each
rounding the others are fitted again, so that the rounding of one is absorbed by the next.
"""
import struct
import sys

from mpmath import mp, mpf, mpmathify

mp.dps = 60
ROUNDS = 12


def to_double(x):
    return float(x)


def to_single(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def fit(function, low, high, degree, fixed, weight):
    """The free coefficients of the polynomial nearest to function with the fixed lower ones, and the largest weighted error.

    Lawson's iteration: least squares on Chebyshev points, each point reweighted by its error, tends to the minimax.
    """
    first = len(fixed)
    count = degree + 1 - first
    points = 12 * (degree + 2)
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / (points - 1)) for i in range(points)]
    scale = [weight(x) for x in grid]
    target = [w * (function(x) - sum(c * x**k for k, c in enumerate(fixed))) for x, w in zip(grid, scale)]
    rows = [[w * x ** (first + k) for k in range(count)] for x, w in zip(grid, scale)]
    lawson = [mpf(1) / points] * points
    best = None
    for _ in range(ROUNDS):
        matrix = mp.matrix(count, count)
        right = mp.matrix(count, 1)
        for row, value, mass in zip(rows, target, lawson):
            for i in range(count):
                right[i] += mass * row[i] * value
                for j in range(i, count):
                    matrix[i, j] += mass * row[i] * row[j]
        for i in range(count):
            for j in range(i):
                matrix[i, j] = matrix[j, i]
        free = list(mp.lu_solve(matrix, right))
        errors = [abs(v - sum(c * r for c, r in zip(free, row))) for v, row in zip(target, rows)]
        if best is None or max(errors) < best[1]:
            best = (free, max(errors))
        total = sum(e * m for e, m in zip(errors, lawson))
        lawson = [e * m / total + mpf(10) ** -12 for e, m in zip(errors, lawson)]
    return best


def rounded(function, low, high, degree, rounding, exact=(), weight=lambda x: mpf(1)):
    fixed = [mpmathify(c) for c in exact]
    free, ideal = fit(function, low, high, degree, fixed, weight)
    while len(fixed) <= degree:
        fixed.append(mpmathify(rounding(free[0])))
        if len(fixed) <= min(degree, 3):
            free, _ = fit(function, low, high, degree, fixed, weight)
        else:
            free = free[1:]
    grid = [low + (high - low) * i / 1000 for i in range(1001)]
    worst = max(abs(weight(x) * (function(x) - sum(c * x**k for k, c in enumerate(fixed)))) for x in grid)
    return fixed, ideal, worst


def value_of(coefficients, x):
    return sum(c * x**k for k, c in enumerate(coefficients))


def fit_quotient(function, top, numerator, denominator, fixed, weight):
    """Numerator and denominator, a polynomial that starts with 1, of the nearest quotient on (0, top), and its largest weighted error.

    The coefficients stand in turn, p0, q1, p1, q2, ..; the first of them are fixed. The equations P - f Q = 0 are linear, weighted by the
    denominator of the round before (Sanathanan and Koerner, IEEE Transactions on Automatic Control 8, 1963), and by Lawson's weights.
    """
    places = sorted([(0, k) for k in range(numerator + 1)] + [(1, k) for k in range(1, denominator + 1)], key=lambda place: place[1] + 0.5 - place[0])
    count = len(places) - len(fixed)
    points = 14 * (len(places) + 1)
    grid = [top / 2 - top / 2 * mp.cos(mp.pi * i / (points - 1)) for i in range(points)]
    scale, target = [weight(x) for x in grid], [function(x) for x in grid]
    columns = [[x**k if side == 0 else -f * x**k for x, f in zip(grid, target)] for side, k in places]
    lawson, below = [mpf(1) / points] * points, [mpf(1)] * points
    best = None
    for turn in range(ROUNDS):
        matrix, right = mp.matrix(count, count), mp.matrix(count, 1)
        for index in range(points):
            row = [column[index] for column in columns]
            mass = lawson[index] * (scale[index] / below[index]) ** 2
            rest = target[index] - sum(c * r for c, r in zip(fixed, row))
            row = row[len(fixed) :]
            for i in range(count):
                right[i] += mass * row[i] * rest
                for j in range(count):
                    matrix[i, j] += mass * row[i] * row[j]
        solution = list(fixed) + (list(mp.lu_solve(matrix, right)) if count else [])
        parts = [[mpf(0)] * (numerator + 1), [mpf(1)] + [mpf(0)] * denominator]
        for (side, k), c in zip(places, solution):
            parts[side][k] = c
        below = [value_of(parts[1], x) for x in grid]
        errors = [w * abs(f - value_of(parts[0], x) / b) for x, w, f, b in zip(grid, scale, target, below)]
        if best is None or max(errors) < best[1]:
            best = (solution, max(errors), parts)
        if turn > 1:
            total = sum(e * m for e, m in zip(errors, lawson))
            lawson = [e * m / total + mpf(10) ** -12 for e, m in zip(errors, lawson)]
    return best


def rounded_quotient(function, top, numerator, denominator, rounding, weight):
    fixed, ideal = [], None
    while len(fixed) < numerator + 1 + denominator:
        solution, error, _ = fit_quotient(function, top, numerator, denominator, fixed, weight)
        ideal = error if ideal is None else ideal
        fixed.append(mpmathify(rounding(solution[len(fixed)])))
    _, worst, parts = fit_quotient(function, top, numerator, denominator, fixed, weight)
    return parts, ideal, worst


def show(name, result):
    coefficients, ideal, worst = result
    print(f"{name}: error {mp.nstr(ideal, 3)} ideal, {mp.nstr(worst, 3)} rounded (2^{mp.nstr(mp.log(worst, 2), 4)})")
    for c in coefficients:
        print("   ", repr(float(c)))


def expm1(r):  # (e^r - 1 - r) / r^2
    return sum(r**k / mp.factorial(k + 2) for k in range(40))


def ln(z):  # (2 atanh(s) / s - 2) / z, z = s^2
    return sum(2 * z**k / (2 * k + 3) for k in range(60))


def sine(z):  # (sin r - r) / r^3, z = r^2
    return sum((-1) ** (k + 1) * z**k / mp.factorial(2 * k + 3) for k in range(30))


def cosine(z):  # (cos r - 1 + z / 2) / z^2
    return sum((-1) ** k * z**k / mp.factorial(2 * k + 4) for k in range(30))


def mills(center):  # (a + c) (1 - Phi(a)) / e^(-a^2 / 2) at a = c (1 + y) / (1 - y)
    def function(y):
        a = center * (1 + y) / (1 - y)
        return (a + center) * mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2

    return function


def show_mills(center, top, degree, rounding):
    function = mills(mpf(center))
    reach = (mpf(top) - center) / (mpf(top) + center)
    show("mills", rounded(function, mpf(-1), reach, degree, rounding, weight=lambda y: 1 / function(y)))


def error_function(a):  # (2 / sqrt(pi) - (1 - e^(a^2) erfc(a)) / a) / a
    if a < mpf(10) ** -20:
        return 1 - 4 * a / (3 * mp.sqrt(mp.pi))
    return (2 / mp.sqrt(mp.pi) - (1 - mp.exp(a * a) * mp.erfc(a)) / a) / a


def error_function_weight(a):  # what an error of it does to erf(a), relative to erf(a)
    return a * a * mp.exp(-a * a) / mp.erf(a) if a > 0 else mpf(10) ** -20


def show_error_function(top, numerator, denominator, rounding):
    polynomials, ideal, worst = rounded_quotient(error_function, mpf(top), numerator, denominator, rounding, error_function_weight)
    for name, coefficients in zip(("numerator", "denominator"), polynomials):
        show("error function, " + name, (coefficients, ideal, worst))


def parts(value, bits, count, rounding):
    """value as count numbers, all but the last of so many bits."""
    out = []
    for _ in range(count - 1):
        exponent = bits - 1 - int(mp.floor(mp.log(abs(value), 2)))
        head = mp.nint(value * mpf(2) ** exponent) / mpf(2) ** exponent
        out.append(float(head))
        value -= head
    return out + [rounding(value)]


if __name__ == "__main__":
    reach = mpf("0.3470")
    short = mpf("0.02945")
    quarter = (mp.pi / 4 * mpf("1.001")) ** 2
    only = sys.argv[1:]
    if not only or "double" in only:
        show("expm1", rounded(expm1, -reach, reach, 9, to_double, [0.5], weight=abs))
        show("ln", rounded(ln, mpf(0), short, 6, to_double, weight=lambda z: z / 2))
        show("sine", rounded(sine, mpf(0), quarter, 5, to_double, weight=lambda z: z))
        show("cosine", rounded(cosine, mpf(0), quarter, 5, to_double, weight=lambda z: z))
        show_mills(4, 38.6, 22, to_double)
        show_error_function(6, 6, 7, to_double)
        print("2/sqrt(pi)", parts(2 / mp.sqrt(mp.pi), 53, 2, to_double))
        print("ln 2", parts(mp.ln(2), 40, 2, to_double))
        print("pi/2", parts(mp.pi / 2, 37, 3, to_double))
    if not only or "single" in only:
        show("expm1", rounded(expm1, -reach, reach, 4, to_single, [0.5], weight=abs))
        show("ln", rounded(ln, mpf(0), short, 2, to_single, weight=lambda z: z / 2))
        show("sine", rounded(sine, mpf(0), quarter, 2, to_single, weight=lambda z: z))
        show("cosine", rounded(cosine, mpf(0), quarter, 2, to_single, weight=lambda z: z))
        show_mills(2.75, 14.5, 10, to_single)
        show_error_function(4.1, 2, 3, to_single)
        print("2/sqrt(pi)", parts(2 / mp.sqrt(mp.pi), 24, 2, to_single))
        print("ln 2", parts(mp.ln(2), 14, 2, to_single))
        print("pi/2", parts(mp.pi / 2, 14, 4, to_single))
