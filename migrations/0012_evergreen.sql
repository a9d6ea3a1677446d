-- The evergreen set (常青组) of a site: a playlist somebody pinned, whose approved education stands in where no programme can be
-- shown. Every programme of the site carries what it holds. A playlist that is pinned cannot be removed.
create table evergreen (
    site text not null constraint evergreen_pk primary key constraint evergreen_site references site (id),
    playlist text not null constraint evergreen_playlist references playlist (id)
);
