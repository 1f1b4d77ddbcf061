"""Words that stand before a colon, or in brackets, and name nobody."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words(
    """
    mr mrs ms dr prof st sgt capt lt col gen maj cpl pvt sr jr rev hon gov sen rep pres fr det insp
    """
)
"""That end with a point and are part of a name."""

PARTICLES = _words(
    """
    de da do dos du di del della der den van von zu la le bin ibn al el y
    """
)
"""Small words within a name."""

NOT_NAMES = _words(
    """
    note notes notice warning warnings caution attention danger important reminder remember
    disclaimer spoiler error title titles subtitle subtitles subtitled caption captions captioned
    captioning translation translated translator transcript transcribed sync synced synchronized
    corrections credits credit text sign signs onscreen screen main default style ntp unknown source
    sources copyright written directed produced starring presented music lyrics song karaoke op ed
    opening ending end http https ftp www url web website site email mail e-mail tel phone fax
    mobile address contact time date day week month year location place today tomorrow yesterday
    tonight now then later meanwhile monday tuesday wednesday thursday friday saturday sunday
    chapter part episode season series act scene section lesson step rule law volume page line
    number no figure fig table item point level round phase version vs update news breaking live
    recap previously next coming question questions answer answers problem solution result results
    conclusion summary example examples reason reasons fact facts truth proof idea plan goal advice
    tip tips hint hints pro pros con cons pps ps nb re fyi eg ie case key secret moral message
    subject object status option options total score price cost age name names listen look see watch
    wait stop think imagine consider guess check yes yeah no nope ok okay oh ah hey well so but and
    or nor because if when while where who what why how which whose the a an this that these those
    there here it its it's i i'm i'll we we're you you're he he's she she's they they're my your our
    their his her is are was were be been am do does did have has had would shall should can could
    might must not never always ever only just also too very more most less least all-in one two
    three four five six seven eight nine ten first second third fourth fifth last finally lastly
    firstly secondly in on at of to from for by with without about after before until since under
    over up down out as than let let's please thanks thank sorry hello hi bye goodbye dear hinweis
    achtung warnung anmerkung titel untertitel übersetzung quelle frage antwort beispiel datum
    uhrzeit ort kapitel teil folge szene regel zum und aber oder der die das ein eine ich wir ihr
    sie er es heute morgen remarque attention avertissement titre sous-titres sous-titrage
    traduction exemple réponse chapitre partie heure lieu et mais ou le les un une je tu il elle
    nous vous ils elles aujourd'hui demain nota aviso advertencia atención título subtítulos
    traducción pregunta respuesta ejemplo capítulo parte fecha hora lugar fuente y pero o los las yo
    él ella hoy mañana 참고 주의 경고 알림 공지 안내 제목 자막 번역 출처 예 예시 예를 질문 답 답은
    정답 정답은 문제 결론 결론은 이유 이유는 시간 날짜
    장소 전화 주소 이메일 홈페이지 링크 오늘 내일 어제 지금 다음 이전 요약 목표 방법 규칙 비밀 첫째
    둘째 셋째 그리고 하지만 그래서 그러나 즉 단 또는 제작 감독 각본
    음악 노래 가격 총 합계 이름 나이 속보 注 注意 警告 例 例えば 題名 字幕 翻訳 出典 質問 答え 問題
    結論 理由 時間 日付 場所 電話 住所 今日 明日 昨日 つまり 译 翻译
    标题 问题 答案 结论 原因 时间 日期 地点 电话 地址 今天 明天 昨天 例如 提示 来源
    """
)
"""In small letters; before words that are said, a text that has one of them is no name."""

SOUNDS = _words(
    """
    applause applauds cheer cheers laughter laugh laughs laughed chuckle chuckles giggle giggles
    sigh sighs gasp gasps groan groans grunt grunts moan moans cough coughs sneeze sneezes sniff
    sniffs sniffles sob sobs cry cries scream screams shout shouts yell yells whisper whispers
    mutter mutters mumbles murmur murmurs scoffs snorts hums sings whistle whistles yawns pants
    exhales inhales breath breathes clears throat stammers stutters gulps kiss kisses silence quiet
    noise static beep beeps bleep buzz buzzes click clicks bang bangs crash crashes thud thuds boom
    explosion gunshot gunshots siren sirens alarm bell bells phone door doors knock knocks footsteps
    engine car thunder wind rain dog dogs barks bird birds chirps crowd audience indistinct
    inaudible unintelligible chatter dialogue speech voiceover continues stops starts plays playing
    song theme instrumental piano guitar drums dramatic soft loud tense upbeat somber foreign
    language english french german spanish italian russian korean japanese chinese mandarin
    cantonese arabic hindi laughingly sarcastically quietly loudly softly angrily sadly happily
    nervously excitedly together simultaneously bleeped censored pause beat cont'd contd continued
    off lachen gelächter applaus seufzt musik rires soupire applaudissements musique risas aplausos
    música suspira 웃음 박수 음악 한숨 비명 침묵 효과음 환호 울음 기침 노래 속삭임 笑 笑い 拍手 音楽
    歓声 笑声 掌声 音乐
    """
)
"""In brackets these are heard, and name nobody."""
