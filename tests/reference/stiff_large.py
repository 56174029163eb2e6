"""Reference solutions of stiff problems that are too large, or take too many steps, for stiff.py; adds to stiff.json.

The fields are written from the definitions in Hairer & Wanner II, section IV.10, and in the report of Mazzia & Magherini,
Test Set for IVP Solvers, release 2.4, each in another way than in the crate: the ring modulator by incidence matrices, the
beam by Lagrange's equations with dense matrices, the medical Akzo Nobel problem by arrays. Two integrators in double
precision, of SciPy, are compared with the published ends.

Needs: pip install numpy scipy. Takes about ten minutes; names as arguments select problems.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.integrate import odeint, solve_ivp
from scipy.sparse import diags

RING = """-0.2339057358486745e-1 -0.7367485485540825e-2 0.2582956709291169 -0.4064465721283450 -0.4039455665149794
    0.2607966765422943 0.1106761861269975 0.2939904342435596e-6 -0.2840029933642329e-7 0.7267198267264553e-3
    0.7929487196960840e-3 -0.7255283495698965e-3 -0.7941401968526521e-3 0.7088495416976114e-4
    0.2390059075236570e-4""".split()

BEAM = """-0.5792366591285007e-2 -0.1695298550721735e-1 -0.2769103312973094e-1 -0.3800815655879158e-1 -0.4790616859743763e-1
    -0.5738710435274594e-1 -0.6645327313454617e-1 -0.7510730581979037e-1 -0.8335219765414992e-1 -0.9119134654647947e-1
    -0.9862858700132091e-1 -0.1056682200378002 -0.1123150395409595 -0.1185743552727245 -0.1244520128755561
    -0.1299544113264161 -0.1350885180610398 -0.1398618819194422 -0.1442826441015242 -0.1483595472463012
    -0.1521019429001447 -0.1555197978061129 -0.1586236993420229 -0.1614248603702127 -0.1639351238193223
    -0.1661669673440852 -0.1681335081778558 -0.1698485080602243 -0.1713263782440888 -0.1725821847462537
    -0.1736316537975654 -0.1744911773840049 -0.1751778187863392 -0.1757093178712902 -0.1761040960228576
    -0.1763812607175549 -0.1765606097564671 -0.1766626352260565 -0.1767085270807460 -0.1767201761075488
    0.3747362681329794e-1 0.1099117880217593 0.1798360474312799 0.2472427305442391 0.3121293820596567
    0.3744947377019500 0.4343386073492798 0.4916620354601748 0.5464677854586807 0.5987609702624270
    0.6485493611110740 0.6958435169132503 0.7406572668520808 0.7830081747813241 0.8229176659201515
    0.8604110305190560 0.8955175502377805 0.9282708263127953 0.9587089334522034 0.9868747821728363
    0.1012816579961883e1 0.1036587736679858e1 0.1058246826481355e1 0.1077857811433353e1 0.1095490222005369e1
    0.1111219164294898e1 0.1125125269286501e1 0.1137294526609229e1 0.1147818025153607e1 0.1156792132004482e1
    0.1164318845130183e1 0.1170505992596124e1 0.1175467424299550e1 0.1179323003228859e1 0.1182198586299667e1
    0.1184226111223146e1 0.1185543909805575e1 0.1186297084203716e1 0.1186637618908127e1 0.1186724615113034e1""".split()

# Some components, counted from 1; the published solution was computed at the tolerances 1e-10.
MEDICAL = {
    79: 0.2339942217046434e-3, 149: 0.3595616017506735e-3, 171: 0.3085949832350532e-3, 199: 0.1173741304462833e-3,
    200: 0.6190822732534586e-5, 204: 0.3489773624098464e-2, 208: 0.1548747348410801, 210: 0.4026980529594953,
    214: 0.8409284546320647, 220: 0.9890204872799944, 228: 0.9997932125999319, 240: 0.9999997325855174,
}  # fmt: skip


def digits(found, expected, floor):
    """Decimal digits in which all components agree, relative to those not below `floor`."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    worst = np.max(np.abs(found - expected) / np.maximum(np.abs(expected), floor))
    return float(f"{-np.log10(worst):.3g}")


def ring_field():
    """`A y + B q(K y + e) + d`: a linear circuit, four diodes, two sources."""
    c, cs, cp, lh, ls1, ls2, ls3 = 1.6e-8, 2e-12, 1e-8, 4.45, 2e-3, 5e-4, 5e-4
    r, rp, rg1, rg2, rg3, ri, rc = 25e3, 50.0, 36.3, 17.3, 17.3, 50.0, 600.0
    gamma, delta = 40.67286402e-9, 17.7493332
    # What each row is divided by, and its entries.
    rows = {
        1: (c, {8: 1, 10: -0.5, 11: 0.5, 14: 1, 1: -1 / r}), 2: (c, {9: 1, 12: -0.5, 13: 0.5, 15: 1, 2: -1 / r}),
        3: (cs, {10: 1}), 4: (cs, {11: -1}), 5: (cs, {12: 1}), 6: (cs, {13: -1}), 7: (cp, {7: -1 / rp}),
        8: (lh, {1: -1}), 9: (lh, {2: -1}),
        10: (ls2, {1: 0.5, 3: -1, 10: -rg2}), 11: (ls3, {1: -0.5, 4: 1, 11: -rg3}),
        12: (ls2, {2: 0.5, 5: -1, 12: -rg2}), 13: (ls3, {2: -0.5, 6: 1, 13: -rg3}),
        14: (ls1, {1: -1, 14: -(ri + rg1)}), 15: (ls1, {2: -1, 15: -(rc + rg1)}),
    }  # fmt: skip
    a, b, k = np.zeros((15, 15)), np.zeros((15, 4)), np.zeros((4, 15))
    for i, (scale, entries) in rows.items():
        for j, x in entries.items():
            a[i - 1, j - 1] = x / scale
    # The voltage of each diode, and the nodes its current leaves (-1) and enters.
    voltages = [{3: 1, 5: -1, 7: -1}, {4: -1, 6: 1, 7: -1}, {4: 1, 5: 1, 7: 1}, {3: -1, 6: -1, 7: 1}]
    currents = [{3: -1, 5: 1, 7: 1}, {4: 1, 6: -1, 7: 1}, {4: -1, 5: -1, 7: -1}, {3: 1, 6: 1, 7: -1}]
    for d in range(4):
        for j, x in voltages[d].items():
            k[d, j - 1] = x
        for i, x in currents[d].items():
            b[i - 1, d] = x / (cp if i == 7 else cs)
    signs = np.array([-1, -1, 1, 1])

    def drop(t, y):
        return k @ y + signs * 2 * np.sin(2e4 * np.pi * t)

    def field(t, y):
        dy = a @ y + b @ (gamma * np.expm1(delta * drop(t, y)))
        dy[13] += 0.5 * np.sin(2e3 * np.pi * t) / ls1
        return dy

    return field, lambda t, y: a + b @ ((gamma * delta * np.exp(delta * drop(t, y)))[:, None] * k)


def ring_modulator():
    field, jacobian = ring_field()
    how = dict(Dfun=jacobian, tfirst=True, h0=1e-12, mxstep=10**8)
    ends = [odeint(field, np.zeros(15), [0, 1e-3], rtol=r, atol=r * 1e-4, **how)[-1] for r in (1e-8, 1e-10)]
    return {"t": 1e-3, "y": RING, "digits": digits(*ends, 1e-8), "digits_published": digits(ends[1], RING, 1e-8)}


def beam_field(t, y, n=40):
    angles, squares = y[:n], y[n:] ** 2
    force = 1.5 * np.sin(t) ** 2 if t <= np.pi else 0.0
    padded = np.concatenate([[-angles[0]], angles, [angles[-1]]])
    torques = n**4 * np.diff(padded, 2) + n**2 * force * (np.cos(angles) + np.sin(angles))
    index = np.arange(1, n + 1)
    g = n + 0.5 - np.maximum.outer(index, index)
    turn = np.subtract.outer(angles, angles)
    return np.concatenate([y[n:], np.linalg.solve(g * np.cos(turn), torques - (g * np.sin(turn)) @ squares)])


def in_pieces(pieces, y, **how):
    for field, a, b in pieces:
        y = solve_ivp(field, (a, b), y, **how).y[:, -1]
    return y


def beam():
    pieces = [(beam_field, 0, np.pi), (beam_field, np.pi, 5)]
    first = in_pieces(pieces, np.zeros(80), method="DOP853", rtol=1e-13, atol=1e-13)
    second = in_pieces(pieces, np.zeros(80), method="Radau", rtol=1e-9, atol=1e-9)
    return {"t": 5.0, "y": BEAM, "digits": digits(second, first, 0), "digits_published": digits(first, BEAM, 0)}


def medical_akzo_nobel(n=200, k=100.0, c=4.0):
    zeta = np.arange(1, n + 1) / n
    drift, diffusion = (zeta - 1) ** 3 / c**2 * n, (zeta - 1) ** 4 / c**2 * n**2

    def field(boundary):
        def slopes(_, y):
            u, v = y[0::2], y[1::2]
            padded = np.concatenate([[boundary], u, u[-1:]])
            dy = np.empty(2 * n)
            dy[1::2] = -k * u * v
            dy[0::2] = drift * (padded[2:] - padded[:-2]) + diffusion * np.diff(padded, 2) + dy[1::2]
            return dy

        return slopes

    def jacobian(_, y):
        u, v = y[0::2], y[1::2]
        here, beside, below = np.empty(2 * n), np.zeros(2 * n), np.zeros(2 * n)
        here[0::2], here[1::2] = -2 * diffusion - k * v, -k * u
        here[-2] += diffusion[-1] + drift[-1]
        beside[0::2], below[0::2] = -k * u, -k * v
        before, behind = np.zeros(2 * n), np.zeros(2 * n)
        before[0::2], behind[0::2] = diffusion - drift, diffusion + drift
        return diags([here, beside[:-1], below[:-1], before[2:], behind[:-2]], [0, 1, -1, -2, 2], format="csc")

    pieces, start = [(field(2.0), 0, 5), (field(0.0), 5, 20)], np.tile([0.0, 1.0], n)
    first = in_pieces(pieces, start, method="Radau", rtol=1e-12, atol=1e-18, jac=jacobian)
    second = start
    for slopes, a, b in pieces:
        how = dict(tfirst=True, ml=2, mu=2, mxstep=10**6)
        second = odeint(slopes, second, [a, b], rtol=1e-11, atol=1e-15, **how)[-1]
    published = digits([first[i - 1] for i in MEDICAL], list(MEDICAL.values()), 1e-4)
    # What is below 1e-18 is noise.
    y = [f"{x:.16e}" if abs(x) > 1e-18 else "0" for x in first]
    return {"t": 20.0, "y": y, "digits": digits(second, first, 1e-4), "digits_published": published}


PROBLEMS = {"ring_modulator": ring_modulator, "beam": beam, "medical_akzo_nobel": medical_akzo_nobel}


def main():
    path = Path(__file__).with_name("stiff.json")
    for name in sys.argv[1:] or PROBLEMS:
        found = PROBLEMS[name]()
        print(name, found["digits"], found["digits_published"], flush=True)
        root = json.loads(path.read_text())
        root["about_large"] = (
            "The ring modulator, the beam and the medical Akzo Nobel problem, by stiff_large.py: the first two have the "
            "published ends, the third that of SciPy's Radau at rtol 1e-12; `digits`: agreement of two integrations in double "
            "precision, the coarser of which bounds it; `digits_published`: agreement of the finer one with Mazzia & Magherini, "
            "Test Set for IVP Solvers, release 2.4, which solved the third at 1e-10."
        )
        root["problems"][name] = found
        path.write_text(json.dumps(root, indent=1) + "\n")


if __name__ == "__main__":
    main()
