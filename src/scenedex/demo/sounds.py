"""Sounds made from noise and sines: each a function of (random state, seconds, sample rate), peak about 0.7."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from scenedex.demo.synthesis import Wave, glide, noise, place, slow, times, tone
from scenedex.types import Waveform

PEAK = 0.7


def silence(rng: Generator, seconds: float, rate: int) -> Wave:
    return np.zeros(round(seconds * rate))


def rain(rng: Generator, seconds: float, rate: int) -> Wave:
    count = round(seconds * rate)
    drops = np.where(rng.random(count) < 60 / rate, rng.uniform(2, 8, count), 0)
    click = np.exp(-np.arange(rate // 200) / (rate / 1200))
    return np.asarray(noise(rng, count, rate, 900, 9000) + np.convolve(drops, click)[:count])


def thunder(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    rumble = noise(rng, len(t), rate, 25, 160)
    sound = 0.12 * noise(rng, len(t), rate, 900, 7000)
    for start in (0.25 * seconds, 0.6 * seconds):
        since = np.maximum(0, t - start)
        roll = 0.6 + 0.4 * np.abs(np.sin(7 * since))
        sound += (t >= start) * rumble * np.exp(-since / 0.9) * np.minimum(1, since / 0.04) * roll
    return sound


def waves(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    swell = np.sin(np.pi * ((t / 2.7 + rng.random()) % 1)) ** 2
    foam = noise(rng, len(t), rate, 1500, 7000) * swell**3 * 0.6
    return np.asarray(noise(rng, len(t), rate, 200, 1800) * (0.2 + swell) + foam)


def wind(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    gust = slow(rng, t, 2.3)
    low, high = noise(rng, len(t), rate, 150, 400), noise(rng, len(t), rate, 500, 900)
    return low * (0.3 + gust) + high * gust**2


def stream(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.5 * noise(rng, round(seconds * rate), rate, 500, 3500)
    for start in range(0, len(sound), rate // 28):
        t = times(0.05, rate)
        bubble = glide(rate, rng.uniform(500, 1500) + 6000 * t) * np.exp(-t / 0.015)
        place(sound, bubble * rng.uniform(0.2, 1.6), start + int(rng.integers(rate // 30)))
    return sound


def engine(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    pitch = 46 + 22 * t / max(seconds, 1e-6) + 2 * np.sin(5 * t)
    phase = np.cumsum(pitch) / rate
    sound = sum(np.sin(2 * np.pi * k * phase) / k for k in (1, 2, 3, 4, 6, 8))
    return np.asarray(sound + 0.25 * noise(rng, len(t), rate, 80, 900) * (1 + np.sin(2 * np.pi * 2 * phase)))


def train(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.35 * noise(rng, round(seconds * rate), rate, 60, 500)
    t = times(0.12, rate)
    for beat in np.arange(0.05, seconds, 0.56):
        for step, strength in ((0.0, 1.0), (0.11, 0.8)):
            clack = noise(rng, len(t), rate, 300, 2600) * np.exp(-t / 0.02) * strength * 1.6
            place(sound, clack, round((beat + step) * rate))
    return sound


def propeller(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    chop = np.maximum(0, np.sin(2 * np.pi * 11 * t)) ** 3
    return noise(rng, len(t), rate, 60, 700) * (0.25 + chop) + 0.4 * np.sin(2 * np.pi * 88 * t)


def horn(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    chord = sum(np.sin(2 * np.pi * f * k * t) / k for f in (277, 349) for k in (1, 2, 3, 4))
    pressed = ((t % 1.9) > 0.3) & ((t % 1.9) < 1.1)
    edge = np.convolve(pressed, np.ones(rate // 50) / (rate // 50), mode="same")
    return np.asarray(chord * edge + 0.1 * noise(rng, len(t), rate, 80, 500))


def siren(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    pitch = 900 + 350 * np.sin(2 * np.pi * 0.75 * t - np.pi / 2)
    return glide(rate, pitch) + 0.35 * glide(rate, 2 * pitch) + 0.08 * noise(rng, len(t), rate, 80, 600)


def bell(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = np.zeros(round(seconds * rate))
    for k, start in enumerate(np.arange(0.1, seconds, 1.15)):
        pitch = (392.0, 330.0)[k % 2]
        for ratio, strength, decay in (
            (0.5, 0.5, 1.4),
            (1, 1, 0.9),
            (1.19, 0.6, 0.7),
            (2, 0.5, 0.4),
            (2.74, 0.3, 0.25),
        ):
            place(sound, strength * tone(rate, 2.5, pitch * ratio, (1.0,), decay), round(start * rate))
    return sound


def birds(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.015 * noise(rng, round(seconds * rate), rate, 200, 2000)
    start = 0.1
    while start < seconds:
        pitch, length = rng.uniform(2400, 4800), rng.uniform(0.06, 0.16)
        t = times(length, rate)
        bend = rng.choice([-1, 1]) * rng.uniform(300, 1200)
        shape = np.sin(np.pi * t / length) ** 2 * rng.uniform(0.4, 1)
        for k in range(int(rng.integers(1, 5))):
            pitches = pitch + bend * t / length + 120 * np.sin(2 * np.pi * 35 * t)
            place(sound, glide(rate, pitches) * shape, round((start + k * length * 1.35) * rate))
        start += rng.uniform(0.3, 0.75)
    return sound


def gulls(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.12 * waves(rng, seconds, rate)
    for start in np.arange(0.3, seconds, 1.3):
        for k in range(3):
            t = times(0.28, rate)
            pitch = 1150 + 500 * np.sin(np.pi * t / 0.28) - 300 * t / 0.28
            cry = glide(rate, pitch) + 0.6 * glide(rate, 2 * pitch) + 0.3 * glide(rate, 3 * pitch)
            place(sound, cry * np.sin(np.pi * t / 0.28) * 0.6, round((start + 0.32 * k) * rate))
    return sound


def dog(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.01 * noise(rng, round(seconds * rate), rate, 100, 1500)
    for start in np.arange(0.2, seconds, 1.25):
        for k in range(2):
            t = times(0.17, rate)
            pitch = 520 + 260 * np.sin(np.pi * t / 0.17) - 160 * t / 0.17
            voice = sum(glide(rate, pitch * h) / h**0.7 for h in (1, 2, 3, 4))
            bark = (voice + 0.5 * noise(rng, len(t), rate, 500, 3000)) * np.sin(np.pi * t / 0.17) ** 0.6
            place(sound, bark, round((start + 0.3 * k) * rate))
    return sound


def crickets(rng: Generator, seconds: float, rate: int) -> Wave:
    t = times(seconds, rate)
    sound = 0.02 * noise(rng, len(t), rate, 100, 1500)
    for pitch, pulse, pace in ((4300, 38, 1.6), (4750, 31, 1.1)):
        gate = (np.sin(2 * np.pi * pulse * t) > 0) * (np.sin(2 * np.pi * pace * t + rng.uniform(0, 6)) > -0.2)
        sound += np.sin(2 * np.pi * pitch * t) * np.convolve(gate, np.ones(60) / 60, mode="same")
    return sound


def fire(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.6 * noise(rng, round(seconds * rate), rate, 60, 500)
    for _ in range(int(seconds * 26)):
        t = times(0.02, rate)
        crack = rng.standard_normal(len(t)) * np.exp(-t / rng.uniform(0.001, 0.005)) * rng.uniform(0.4, 2.2)
        place(sound, crack, int(rng.integers(len(sound))))
    return sound


def applause(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.15 * noise(rng, round(seconds * rate), rate, 400, 3000)
    t = times(0.025, rate)
    claps = [noise(rng, len(t), rate, 700, 4200) * np.exp(-t / 0.006) for _ in range(12)]
    for _ in range(int(seconds * 150)):
        place(sound, claps[int(rng.integers(12))] * rng.uniform(0.2, 1), int(rng.integers(len(sound))))
    return sound


def music(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = np.zeros(round(seconds * rate))
    chords = ((0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2))
    for bar in range(int(seconds / 1.0) + 1):
        for note in chords[bar % 4]:
            pitch = 261.63 * 2 ** (note / 12)
            place(sound, tone(rate, 1.4, pitch, (1, 0.5, 0.25, 0.12), 0.6), bar * rate)
        for step in range(4):
            pitch = 523.25 * 2 ** (chords[bar % 4][(step * 2 + bar) % 3] / 12)
            place(sound, 0.7 * tone(rate, 0.5, pitch, (1, 0.3), 0.2), bar * rate + step * rate // 4)
    return sound


def guitar(rng: Generator, seconds: float, rate: int) -> Wave:
    """Plucked strings (Karplus and Strong, 1983), as one filter for each period."""
    sound = np.zeros(round(seconds * rate))
    for k, start in enumerate(np.arange(0.05, seconds, 0.24)):
        period = round(rate / (146.83 * 2 ** ((0, 7, 12, 16, 12, 7)[k % 6] / 12)))
        string, rounds = rng.uniform(-1, 1, period), []
        for _ in range(int(rate * 0.9 / period)):
            rounds.append(string)
            string = 0.497 * (string + np.roll(string, 1))
        place(sound, np.concatenate(rounds), round(start * rate))
    return sound


def heartbeat(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = np.zeros(round(seconds * rate))
    t = times(0.2, rate)
    for start in np.arange(0.1, seconds, 0.85):
        for step, pitch, strength in ((0.0, 58, 1.0), (0.26, 72, 0.7)):
            thump = np.sin(2 * np.pi * pitch * t) * np.exp(-t / 0.05) * np.minimum(1, t / 0.008) * strength
            place(sound, thump, round((start + step) * rate))
    return sound


def clock(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = np.zeros(round(seconds * rate))
    for k, start in enumerate(np.arange(0.05, seconds, 0.5)):
        place(sound, tone(rate, 0.06, 2300 if k % 2 else 1800, (1, 0.6, 0.4), 0.008), round(start * rate))
    return sound


def footsteps(rng: Generator, seconds: float, rate: int) -> Wave:
    sound = 0.004 * noise(rng, round(seconds * rate), rate, 100, 900)
    t = times(0.14, rate)
    for start in np.arange(0.1, seconds, 0.52):
        step = noise(rng, len(t), rate, 90, 500) * np.exp(-t / 0.03) + 0.3 * rng.standard_normal(
            len(t)
        ) * np.exp(-t / 0.01)
        place(sound, step, round(start * rate))
    return sound


SOUNDS: dict[str, Callable[[Generator, float, int], Wave]] = {
    each.__name__: each
    for each in (
        silence, rain, thunder, waves, wind, stream, engine, train, propeller, horn, siren, bell,
        birds, gulls, dog, crickets, fire, applause, music, guitar, heartbeat, clock, footsteps,
    )
}  # fmt: skip
"""Every sound by name."""


def sound(name: str, seed: int, seconds: float, rate: int) -> Waveform:
    """One sound, `seconds` long at `rate` Hz: peak 0.7 (silence stays silent), faded in and out over 30 ms.

    Raises KeyError if there is no sound of that name.
    """
    made = SOUNDS[name](np.random.default_rng(seed), seconds, rate)
    loudest = float(np.abs(made).max(initial=0.0))
    if loudest > 0:
        made = made * (PEAK / loudest)
    fade = min(len(made) // 2, round(0.03 * rate))
    ramp = np.arange(fade) / max(1, fade)
    made[:fade] *= ramp
    made[len(made) - fade :] *= ramp[::-1]
    return made.astype(np.float32)
