"""The film that `scenedex demo` draws: pictures, sounds and words, all made by code."""
