"""The script of the demo film.

What is said does not name what is seen, so that a search for pictures cannot be answered from the words.
"""

from scenedex.demo.draw.colours import BLACK, COLOURS, LAMPLIGHT, WHITE
from scenedex.demo.draw.lettering import Sign
from scenedex.demo.shot import Cast, Line, Shot

SCRIPT: tuple[Shot, ...] = (
    Shot(
        seconds=3.0,
        place="desert",
        light="sunset",
        pan=1,
        cast=(Cast(thing="sun", start=(0.78, 0.58, 0.22), end=(0.78, 0.64, 0.22)),),
        signs=(Sign(text="THE LONG ROAD", at=(0.5, 0.22), height=0.13, ink=WHITE),),
        sound="music",
        lines=(
            Line(at_s=0.3, seconds=2.5, text="Every story begins with somebody who forgot to say goodbye."),
        ),
    ),
    Shot(
        seconds=4.0,
        place="street",
        cast=(
            Cast(thing="shop", colour="orange", start=(0.66, 0.77, 0.5)),
            Cast(thing="woman", colour="purple", start=(0.2, 0.8, 0.3), end=(0.34, 0.8, 0.3), sway=0.004),
            Cast(thing="car", colour="red", start=(-0.1, 0.95, 0.23), end=(1.05, 0.95, 0.23)),
        ),
        signs=(Sign(text="BAKERY", at=(0.66, 0.378), height=0.06, ink=WHITE),),
        sound="engine",
        lines=(Line(at_s=0.6, seconds=2.8, text="We should have turned left at the old mill."),),
    ),
    Shot(
        seconds=4.0,
        place="station",
        light="sunset",
        cast=(
            Cast(thing="train", colour="blue", start=(-0.35, 0.93, 0.3), end=(0.62, 0.93, 0.3)),
            Cast(thing="couple", colour="green", start=(0.8, 0.98, 0.42)),
            Cast(thing="suitcase", colour="brown", start=(0.93, 0.98, 0.16)),
        ),
        signs=(Sign(text="NORTH STATION", at=(0.5, 0.12), height=0.06, ink=WHITE, board=COLOURS["blue"]),),
        sound="train",
        lines=(Line(at_s=0.5, seconds=3.0, text="Hurry up, or my grandmother will marry somebody else!"),),
    ),
    Shot(
        seconds=3.5,
        place="sea",
        cast=(
            Cast(thing="sun", start=(0.86, 0.28, 0.2)),
            Cast(
                thing="sailing boat",
                colour="red",
                start=(0.2, 0.72, 0.42),
                end=(0.46, 0.73, 0.42),
                sway=0.012,
            ),
            Cast(
                thing="sailing boat",
                colour="green",
                start=(0.8, 0.58, 0.2),
                end=(0.72, 0.58, 0.2),
                sway=0.006,
            ),
            Cast(thing="seagull", start=(0.6, 0.24, 0.08), end=(0.3, 0.18, 0.1), flickers=True),
        ),
        sound="gulls",
        lines=(
            Line(at_s=0.4, seconds=2.6, text="Nobody ever told us how quiet freedom would be."),
            Line(at_s=0.6, seconds=2.5, text="바람이 우리를 집으로 데려다줄 거예요.", language="ko"),
        ),
    ),
    Shot(
        seconds=3.5,
        place="forest",
        pan=1,
        cast=(
            Cast(thing="mushroom", colour="red", start=(0.82, 0.94, 0.14), end=(0.72, 0.94, 0.14)),
            Cast(thing="bear", colour="brown", start=(0.14, 0.95, 0.4), end=(0.42, 0.95, 0.4), sway=0.006),
            Cast(thing="owl", colour="grey", start=(0.72, 0.42, 0.16), end=(0.62, 0.42, 0.16)),
        ),
        sound="birds",
        lines=(Line(at_s=0.5, seconds=2.5, text="Listen. This is what nothing happening sounds like."),),
    ),
    Shot(
        seconds=4.0,
        place="snow",
        weather="snow",
        cast=(
            Cast(thing="snowman", colour="red", start=(0.24, 0.92, 0.46)),
            Cast(thing="skier", colour="blue", start=(0.98, 0.78, 0.22), end=(0.5, 0.96, 0.38), flipped=True),
        ),
        sound="wind",
        lines=(
            Line(at_s=1.8, seconds=3.4, text="He promised to teach me, and then he laughed for an hour."),
        ),
    ),
    Shot(
        seconds=3.5,
        place="city",
        light="night",
        cast=(
            Cast(thing="moon", start=(0.16, 0.28, 0.18)),
            Cast(thing="bus", colour="yellow", start=(1.2, 0.97, 0.32), end=(0.3, 0.97, 0.32), flipped=True),
        ),
        sound="siren",
        lines=(Line(at_s=1.5, seconds=1.9, text="Since then I count the seconds from one lie to the next."),),
    ),
    Shot(
        seconds=3.5,
        place="kitchen",
        cast=(
            Cast(thing="bread", start=(0.14, 0.575, 0.13)),
            Cast(thing="cake", colour="pink", start=(0.4, 0.585, 0.3)),
            Cast(thing="apple", colour="green", start=(0.62, 0.575, 0.11)),
            Cast(thing="apple", colour="red", start=(0.69, 0.58, 0.11)),
            Cast(thing="bottle", colour="green", start=(0.84, 0.575, 0.26)),
            Cast(thing="man", colour="white", start=(1.05, 1.06, 0.86), end=(0.86, 1.06, 0.86)),
        ),
        sound="clock",
        lines=(Line(at_s=0.4, seconds=2.8, text="The secret is patience, and twice as much butter."),),
    ),
    Shot(
        seconds=3.5,
        place="farm",
        cast=(
            Cast(thing="cow", colour="white", start=(0.3, 0.94, 0.34)),
            Cast(thing="hen", colour="orange", start=(0.56, 0.97, 0.16), end=(0.62, 0.97, 0.16), sway=0.008),
            Cast(
                thing="tractor", colour="green", start=(1.1, 0.86, 0.3), end=(0.76, 0.86, 0.3), flipped=True
            ),
        ),
        sound="engine",
        lines=(Line(at_s=0.5, seconds=2.6, text="My father never owed anybody a single penny."),),
    ),
    Shot(
        seconds=4.0,
        place="village",
        weather="rain",
        cast=(
            Cast(
                thing="umbrella", colour="yellow", start=(0.3, 0.66, 0.3), end=(0.48, 0.66, 0.3), sway=0.006
            ),
            Cast(thing="woman", colour="blue", start=(0.3, 0.93, 0.4), end=(0.48, 0.93, 0.4), sway=0.006),
            Cast(
                thing="dog",
                colour="brown",
                start=(0.14, 0.95, 0.17),
                end=(0.34, 0.95, 0.17),
                sway=0.008,
                seed=2,
            ),
        ),
        sound="rain",
        lines=(
            Line(at_s=0.5, seconds=2.4, text="Do you still keep the letter I wrote you?"),
            Line(at_s=0.9, seconds=2.6, text="약속은 꼭 지켜야 해요.", language="ko"),
        ),
    ),
    Shot(
        seconds=3.5,
        place="desert",
        cast=(
            Cast(thing="pyramid", colour="yellow", start=(0.68, 0.76, 0.42)),
            Cast(thing="cactus", colour="green", start=(0.16, 0.9, 0.42)),
            Cast(thing="plane", colour="orange", start=(0.1, 0.26, 0.14), end=(0.8, 0.2, 0.14)),
        ),
        sound="propeller",
        lines=(Line(at_s=0.4, seconds=2.7, text="According to the map there should be a hotel right here."),),
    ),
    Shot(
        seconds=3.5,
        place="stadium",
        cast=(
            Cast(thing="runner", colour="red", start=(0.2, 0.96, 0.5), end=(0.5, 0.96, 0.5), sway=0.012),
            Cast(
                thing="football",
                colour="white",
                start=(0.42, 0.97, 0.09),
                end=(0.8, 0.93, 0.09),
                flickers=True,
            ),
        ),
        signs=(Sign(text="FINAL  2 : 2", at=(0.5, 0.085), height=0.06, ink=LAMPLIGHT, board=BLACK),),
        sound="applause",
        lines=(Line(at_s=0.4, seconds=2.8, text="And the winner is the one who refused to give up!"),),
    ),
    Shot(
        seconds=4.0,
        place="sea",
        light="night",
        weather="storm",
        cast=(
            Cast(thing="rock", colour="grey", start=(0.78, 0.74, 0.2)),
            Cast(thing="lighthouse", colour="red", start=(0.78, 0.62, 0.52)),
            Cast(thing="ship", colour="orange", start=(0.12, 0.8, 0.34), end=(0.36, 0.8, 0.34), sway=0.03),
        ),
        sound="thunder",
        lines=(Line(at_s=0.6, seconds=2.8, text="Captain, the radio has been dead since Tuesday."),),
    ),
    Shot(
        seconds=3.5,
        place="living room",
        cast=(
            Cast(thing="lamp", colour="orange", start=(0.14, 0.8, 0.34)),
            Cast(thing="armchair", colour="turquoise", start=(0.48, 0.92, 0.46)),
            Cast(thing="cat", colour="black", start=(0.48, 0.84, 0.27), sway=0.003),
            Cast(thing="ball", colour="pink", start=(0.95, 0.94, 0.09), end=(0.7, 0.95, 0.09)),
        ),
        sound="heartbeat",
        lines=(Line(at_s=0.5, seconds=2.6, text="I have read that page four times and understood nothing."),),
    ),
    Shot(
        seconds=4.0,
        place="mountains",
        pan=1,
        cast=(
            Cast(thing="hot air balloon", colour="red", start=(0.3, 0.66, 0.44), end=(0.34, 0.56, 0.44)),
            Cast(thing="hot air balloon", colour="yellow", start=(0.7, 0.5, 0.26), end=(0.66, 0.42, 0.26)),
        ),
        sound="wind",
        lines=(Line(at_s=0.5, seconds=2.8, text="From up here all our troubles look like toys."),),
    ),
    Shot(
        seconds=3.5,
        place="beach",
        cast=(
            Cast(thing="palm tree", colour="green", start=(0.12, 0.9, 0.66)),
            Cast(thing="umbrella", colour="blue", start=(0.42, 0.92, 0.42)),
            Cast(
                thing="child", colour="yellow", start=(0.68, 0.94, 0.28), end=(0.72, 0.94, 0.28), sway=0.014
            ),
            Cast(thing="ball", colour="red", start=(0.9, 0.9, 0.1), end=(0.82, 0.8, 0.1)),
        ),
        sound="waves",
        lines=(Line(at_s=0.5, seconds=2.4, text="Wake me up when the holidays are over."),),
    ),
    Shot(
        seconds=4.0,
        place="meadow",
        light="night",
        cast=(
            Cast(thing="moon", start=(0.84, 0.26, 0.16)),
            Cast(thing="tent", colour="orange", start=(0.24, 0.86, 0.34)),
            Cast(thing="fire", start=(0.56, 0.94, 0.3), flickers=True),
            Cast(thing="man", colour="blue", start=(0.8, 0.95, 0.4), seed=4),
        ),
        sound="fire",
        lines=(
            Line(at_s=0.4, seconds=3.0, text="Tell me the one about the thief who gave everything back."),
            Line(at_s=1.0, seconds=2.6, text="내일 아침에 다시 만나요.", language="ko"),
        ),
    ),
    Shot(
        seconds=3.5,
        place="underwater",
        cast=(
            Cast(thing="whale", colour="blue", start=(0.9, 0.5, 0.38), end=(0.66, 0.46, 0.38), flipped=True),
            Cast(thing="fish", colour="orange", start=(0.14, 0.62, 0.18), end=(0.44, 0.58, 0.18), sway=0.012),
            Cast(
                thing="fish",
                colour="yellow",
                start=(0.02, 0.34, 0.13),
                end=(0.36, 0.32, 0.13),
                sway=0.01,
                seed=3,
            ),
            Cast(thing="octopus", colour="purple", start=(0.78, 0.94, 0.28), sway=0.008),
        ),
        sound="stream",
        lines=(Line(at_s=0.5, seconds=2.3, text="Hold your breath and don't look down."),),
    ),
    Shot(
        seconds=3.5,
        place="stage",
        cast=(
            Cast(thing="drum", colour="red", start=(0.28, 0.9, 0.26)),
            Cast(thing="piano", colour="black", start=(0.72, 0.9, 0.36)),
            Cast(thing="man", colour="white", start=(0.5, 0.92, 0.5), sway=0.012, seed=1),
            Cast(thing="guitar", colour="orange", start=(0.52, 0.75, 0.11), sway=0.012, seed=1),
        ),
        signs=(Sign(text="LAST SHOW TONIGHT", at=(0.5, 0.2), height=0.07, ink=LAMPLIGHT),),
        sound="guitar",
        lines=(Line(at_s=0.4, seconds=2.5, text="One more time, from the beginning, and louder."),),
    ),
    Shot(
        seconds=3.5,
        place="space",
        cast=(
            Cast(thing="planet", colour="orange", start=(0.76, 0.52, 0.42), end=(0.74, 0.54, 0.44)),
            Cast(thing="rocket", colour="red", start=(0.24, 1.1, 0.56), end=(0.38, 0.7, 0.5), flickers=True),
        ),
        lines=(Line(at_s=0.3, seconds=2.9, text="Ten years of mathematics for eleven minutes of silence."),),
    ),
    Shot(
        seconds=3.5,
        place="field",
        light="sunset",
        cast=(
            Cast(thing="giraffe", colour="orange", start=(0.8, 0.86, 0.62)),
            Cast(
                thing="elephant", colour="grey", start=(0.16, 0.94, 0.46), end=(0.42, 0.94, 0.46), sway=0.006
            ),
        ),
        sound="footsteps",
        lines=(Line(at_s=0.5, seconds=2.4, text="Some friends remember you for ever."),),
    ),
    Shot(
        seconds=3.0,
        place="sea",
        light="night",
        cast=(Cast(thing="moon", start=(0.5, 0.44, 0.2), end=(0.5, 0.4, 0.2)),),
        signs=(Sign(text="THE END", at=(0.5, 0.64), height=0.14, ink=LAMPLIGHT),),
        sound="bell",
        lines=(Line(at_s=0.4, seconds=2.2, text="That is all for now, and thank you for waiting."),),
    ),
)
