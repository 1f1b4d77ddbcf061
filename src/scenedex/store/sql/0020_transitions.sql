-- How a scene begins: by a cut, or by a dissolve or a fade from `transition_start_s` to `transition_end_s` (of a cut both
-- are the scene's start). Null where it begins with the video or in the middle of a long shot, and of scenes that were there
-- before, until their video is indexed again.
alter table scenes add column transition text check (transition in ('cut', 'dissolve', 'fade'));
alter table scenes add column transition_start_s float8;
alter table scenes add column transition_end_s float8;
alter table scenes add check (
  case when transition is null then transition_start_s is null and transition_end_s is null
  else transition_start_s is not null and transition_end_s is not null and transition_start_s <= transition_end_s end);
