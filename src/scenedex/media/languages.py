"""Language tags as files write them, to ISO 639-1."""

# The two-letter code of a language and its ISO 639-2 codes (terminological, bibliographic, withdrawn).
_TABLE = """
aa aar;ab abk;af afr;ak aka;am amh;ar ara;an arg;as asm;av ava;ay aym;az aze;ba bak;be bel;bg bul;bh bih;
bi bis;bm bam;bn ben;bo bod tib;br bre;bs bos;ca cat;ce che;ch cha;co cos;cr cre;cs ces cze;cu chu;cv chv;
cy cym wel;da dan;de deu ger;dv div;dz dzo;ee ewe;el ell gre;en eng;eo epo;es spa;et est;eu eus baq;
fa fas per;ff ful;fi fin;fj fij;fo fao;fr fra fre;fy fry;ga gle;gd gla;gl glg;gn grn;gu guj;gv glv;ha hau;
he heb;hi hin;ho hmo;hr hrv scr;ht hat;hu hun;hy hye arm;ia ina;id ind;ie ile;ig ibo;ii iii;ik ipk;io ido;
is isl ice;it ita;iu iku;ja jpn;jv jav;ka kat geo;kg kon;ki kik;kj kua;kk kaz;kl kal;km khm;kn kan;ko kor;
kr kau;ks kas;ku kur;kv kom;kw cor;ky kir;la lat;lb ltz;lg lug;li lim;ln lin;lo lao;lt lit;lu lub;lv lav;
mg mlg;mh mah;mi mri mao;mk mkd mac;ml mal;mn mon;mr mar;ms msa may;mt mlt;my mya bur;na nau;nb nob;nd nde;
ne nep;ng ndo;nl nld dut;nn nno;no nor;nr nbl;nv nav;ny nya;oc oci;oj oji;om orm;or ori;os oss;pa pan;
pi pli;pl pol;ps pus;pt por;qu que;rm roh;rn run;ro ron rum;ru rus;rw kin;sa san;sc srd;sd snd;se sme;
sg sag;si sin;sk slk slo;sl slv;sm smo;sn sna;so som;sq sqi alb;sr srp scc;ss ssw;st sot;su sun;sv swe;
sw swa;ta tam;te tel;tg tgk;th tha;ti tir;tk tuk;tl tgl;tn tsn;to ton;tr tur;ts tso;tt tat;tw twi;ty tah;
ug uig;uk ukr;ur urd;uz uzb;ve ven;vi vie;vo vol;wa wln;wo wol;xh xho;yi yid;yo yor;za zha;zh zho chi;
zu zul
"""
_NAMES = (
    "english en;german de;deutsch de;french fr;francais fr;spanish es;espanol es;italian it;italiano it;portuguese pt;"
    "dutch nl;nederlands nl;russian ru;japanese ja;korean ko;chinese zh;arabic ar;turkish tr;polish pl;polski pl;"
    "swedish sv;norwegian no;danish da;finnish fi;czech cs;greek el;hebrew he;hindi hi;hungarian hu;romanian ro;"
    "ukrainian uk;vietnamese vi;thai th;indonesian id;bulgarian bg;croatian hr;serbian sr;persian fa;"
    "farsi fa;chs zh;cht zh"
)
_UNKNOWN = frozenset({"und", "unk", "mis", "mul", "zxx", "qaa", "xxx"})


def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in _TABLE.replace("\n", "").split(";"):
        short, *long = row.split()
        codes[short] = short
        codes.update(dict.fromkeys(long, short))
    return codes


_CODES = _codes()
_BY_NAME = dict(entry.split() for entry in _NAMES.split(";"))


def language_code(tag: str | None) -> str | None:
    """ISO 639-1 for a tag such as "eng", "ger", "pt-BR"; a three-letter code without one stays; None if unknown."""
    if not tag:
        return None
    first = tag.strip().lower().replace("_", "-").split("-", 1)[0]
    if first in _UNKNOWN:
        return None
    if first in _CODES:
        return _CODES[first]
    return first if len(first) == 3 and first.isascii() and first.isalpha() else None


def language_word(word: str) -> str | None:
    """Like `language_code`, for one part of a file name: only words that surely name a language."""
    lower = word.strip().lower().replace("_", "-")
    return _CODES.get(lower.split("-", 1)[0]) or _BY_NAME.get(lower)
