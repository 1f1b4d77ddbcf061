"""In which languages something is said or written in an owner's videos."""

from scenedex.store.database import Transaction

MOST = 200
"""Languages that are looked for: a file may name any word as one."""


def caption_languages(tx: Transaction) -> list[str]:
    """The languages of captions, in order; from one to the next by the index, whatever the number of captions."""
    rows = tx.execute(
        """with recursive found(language, n) as (
          (select language, 1 from captions where owner_id = %(owner)s and language > '' order by language limit 1)
          union all
          select (select c.language from captions c
            where c.owner_id = %(owner)s and c.language > f.language order by c.language limit 1), n + 1
          from found f where f.language is not null and n < %(most)s)
        select language from found where language is not null""",
        {"most": MOST},
    )
    return [row["language"] for row in rows]
