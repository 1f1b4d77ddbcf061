-- Spaces in which only scenes are compared with scenes: no query is asked in them.
alter table spaces drop constraint spaces_modality_check;
alter table spaces add constraint spaces_modality_check check (modality in ('visual', 'audio', 'text', 'scene'));
