// Made by npm run client-types from openapi/openapi.json,
// whose SHA-256 is 1900843cd284f4d2c31f56d401b305befa3c1a1538a2d96cda269306e0a5940b.

export interface paths {
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description The API as an OpenAPI 3.1 document. The page /docs shows the same.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Answers without looking at the database.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can the ledger be used?
         * @description Checks everything that reading and writing need. It answers 503 while the next post would be refused, and 200 otherwise.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the service does, in numbers
         * @description Metrics in the text format of Prometheus. METRICS_PORT serves them on this machine without credentials.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All problem codes
         * @description A page that lists every code that an error can have.
         */
        get: operations["listProblems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One problem code
         * @description A page that says what the code means and what to do about it.
         */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log of an initiative
         * @description Its events exactly as logged, in the order of their positions.
         */
        get: operations["listEventsOfInitiative"];
        put?: never;
        /**
         * Record events
         * @description Records one event, or a batch of events in order, all or nothing. The answer comes when they are safe on disk. The request can safely be repeated with the same Idempotency-Key or the same eventIds.
         */
        post: operations["recordEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take events back
         * @description Takes up to 1,000 events back, newest first, all or nothing: a record that was made is retracted, a correction and evidence are corrected to what was before, a retraction, a reinstatement and a reclassification are reversed. The events stay in the log. A later event of such a record must be taken back with them (409 event-in-the-way), and an erasure is final (409 erasure-final).
         */
        post: operations["undoEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log
         * @description Events exactly as logged, in the order of their positions.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{eventId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One event
         * @description The event exactly as logged, and beside it the names behind its commitments.
         */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Initiatives with their counts
         * @description Standing initiatives in the order of their ids. until cuts their counts; all initiatives are listed.
         */
        get: operations["listInitiatives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An initiative and its summary
         * @description The record of the initiative, with its summary.
         */
        get: operations["getInitiative"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts and claims of an initiative
         * @description Counts that are computed from the records, how they divide, and the claims of publishers, compared with the counts.
         */
        get: operations["getSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts over all initiatives
         * @description Over all standing initiatives. A milestone that several of them record and link by sameAs counts once: as the one recorded first.
         */
        get: operations["getOverallSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/meetings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Meetings with counts and running totals
         * @description Standing meetings in order of earliest day, latest day, series, ordinal and position, unless sort says otherwise; those without a date come last. Running totals run in that order, whatever sort says, over the meetings of the list: with series, over those of the series; what has no date is in none. With until, a meeting that may have been held by then is possible: it is listed, but not counted as a meeting.
         */
        get: operations["listMeetings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/meetings/{recordId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One meeting
         * @description The meeting, its MoUs and projects (of each the first 1000, or about 1 MiB; the lists with meetingId have all), how complete they are, and the claims about the meeting or made at it.
         */
        get: operations["getMeeting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/mous": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The MoUs of an initiative
         * @description In the order in which they were first recorded, unless sort says otherwise.
         */
        get: operations["listMous"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The projects of an initiative
         * @description In the order in which they were first recorded, unless sort says otherwise.
         */
        get: operations["listProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The records of an initiative, of every kind
         * @description In the order in which they were first recorded, unless sort says otherwise.
         */
        get: operations["listRecordsOfInitiative"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Records of all initiatives
         * @description Standing records of standing initiatives, unless standing says otherwise, in the order in which they were last changed, unless sort says otherwise.
         */
        get: operations["listRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/records/{recordId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One record
         * @description Any record, standing or retracted, with all its sources.
         */
        get: operations["getRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/records/{recordId}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every version of a record
         * @description Who changed what, when, why and on what evidence, beginning with the first version.
         */
        get: operations["getHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/records/{recordId}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The difference of two versions of a record
         * @description The changes field by field, with the event that made each of the two. The answer has one page.
         */
        get: operations["getDifference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/parties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The parties of the MoUs and projects of an initiative
         * @description How many standing ones each signed, and from when to when. In the order of their names, which are compared as filters compare them. Persons are neither listed nor counted by name. Names that mean the same (POST /v1/parties) are one party.
         */
        get: operations["listPartiesOfInitiative"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The parties of the MoUs and projects of all initiatives
         * @description How many standing ones of standing initiatives each signed, and from when to when; one that several initiatives record (sameAs) counts once. In the order of their names, which are compared as filters compare them. Persons are neither listed nor counted by name. Names that mean the same (POST /v1/parties) are one party. Auditors and administrators of all initiatives also see names that no record has.
         */
        get: operations["listParties"];
        put?: never;
        /**
         * Say which names mean the same party
         * @description From now on they are one party wherever records are found or counted by party, and as known before this at earlier positions. No record changes. A later request with the same name says all its aliases anew; without aliases it takes them back. A name means one party at most.
         */
        post: operations["nameParty"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts of an initiative by party, country, year and so on
         * @description Standing records, divided by one or two of their properties. A record counts under each of its keys (of two: under each pair of its keys), and under null if it has none; distinct counts each record once. Persons are not counted by name. The year is the one that the whole date lies in. meetings stands where the keys are those of meetings, too. Filters are those of lists. In the order of their keys, which are compared as filters compare them; with top those with the greatest totals first, and last, as one item, all others.
         */
        get: operations["countInitiative"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts over all initiatives by party, country, year and so on
         * @description Standing records, divided by one or two of their properties. A record counts under each of its keys (of two: under each pair of its keys), and under null if it has none; distinct counts each record once. Persons are not counted by name. The year is the one that the whole date lies in. meetings stands where the keys are those of meetings, too. Filters are those of lists. One that several initiatives record (sameAs) counts once: as the one recorded first. In the order of their keys, which are compared as filters compare them; with top those with the greatest totals first, and last, as one item, all others.
         */
        get: operations["countAll"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The claims of an initiative, compared
         * @description In the order of the days for which they are stated, unless sort says otherwise. A claim is compared with what the register counts for its metric and scope up to the last day of its own date: recorded is what surely happened by then, possible what may have. exact, atLeast, moreThan, atMost and lessThan: over or short where no count that is possible would do, matches where each would, else undecided. nearly holds from 90 % of the value up to it, about within 10 % either way; their status is then about. not-comparable: the register does not count such things. A claim has a day of its own, the last of its date, so with until none is only possible.
         */
        get: operations["listClaimsOfInitiative"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The claims of all initiatives, compared
         * @description In the order of the ids of the initiatives, then of the days for which the claims are stated. A claim is compared with what the register counts for its metric and scope up to the last day of its own date: recorded is what surely happened by then, possible what may have. exact, atLeast, moreThan, atMost and lessThan: over or short where no count that is possible would do, matches where each would, else undecided. nearly holds from 90 % of the value up to it, about within 10 % either way; their status is then about. not-comparable: the register does not count such things. A claim has a day of its own, the last of its date, so with until none is only possible.
         */
        get: operations["listClaims"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What moved the counts between two moments
         * @description The counts before and after, how they divide, and every event after "from", up to and including "to", that moved one of these figures, with the amounts. The figures before plus all amounts are the figures after. asOf: as known then.
         */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/datapackage.zip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All about an initiative in one file
         * @description A zip with records.csv (MoUs and projects), meetings.csv, claims.csv, events.csv, datapackage.json (Data Package 2.0: the type of each column) and README.md (how to cite it, and its basis). The tables are those of the lists with format=csv.
         */
        get: operations["getDataPackage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/log/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A signed checkpoint
         * @description The newest checkpoint, or with size an earlier one, as it was signed: a C2SP tlog-checkpoint (a signed note of origin, size and root hash).
         */
        get: operations["getCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A signed checkpoint
         * @description The newest checkpoint, or with size an earlier one, as it was signed: a C2SP tlog-checkpoint (a signed note of origin, size and root hash).
         */
        get: operations["getCheckpointForMonitors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/log/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys of the log
         * @description Every verifier key that ever signed (C2SP signed-note, vkey), with its period.
         */
        get: operations["listKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/log/proofs/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Proof that an event is in the log
         * @description RFC 9162, section 2.1.3: the leaf hash and these hashes give the root of the tree of this size.
         */
        get: operations["proveInclusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/log/proofs/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Proof that the log was only appended to
         * @description RFC 9162, section 2.1.4: the tree of size "to" is the tree of size "from" with leaves added.
         */
        get: operations["proveConsistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{eventId}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A proof of an event that verifies offline
         * @description A C2SP tlog-proof: one file with the inclusion proof and a signed checkpoint, which verifies with the leaf and the key of the log. If no checkpoint covers the event yet, one is signed.
         */
        get: operations["proveEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log as a file
         * @description The log up to the position where it ends when the request arrives (or up to asOf), as NDJSON: each line is a leaf, byte for byte as it was hashed. Names of persons are not in it. The headers name the tree that all the leaves up to there make; with after, the earlier ones are left out, so that a copy can be brought up to date. With Accept-Encoding it is sent compressed (zstd, gzip).
         *
         *     The answer is complete if it ends as HTTP says it must (its last chunk); an interrupted one is cut off, and can be taken up again with after.
         */
        get: operations["exportLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tile/{level}/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tile of the tree
         * @description C2SP tlog-tiles: 256 hashes of 32 bytes each. An answer never changes.
         */
        get: operations["getTile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tile/entries/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A bundle of entries
         * @description C2SP tlog-tiles: 256 leaves, each after its length in two bytes. An answer never changes.
         */
        get: operations["getEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rebuild read models from the log
         * @description Rebuilds beside reading and recording, compares each read model with the present one, and swaps it in if they differ. The answer has a line of JSON now and then with the progress, and a last line with the outcome. Breaking off the request ends the rebuild.
         */
        post: operations["rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log, as it happens
         * @description The log as server-sent events: what is recorded after a position, in the order of positions, and then, as it happens, what is recorded further. The position is that of Last-Event-ID, which a browser sends when it connects again, or else of after; without both the stream begins with the first event of the log. None is left out and none comes twice.
         *
         *     Each event has the position as its id, and as its data what /v1/events has as an item. About every 15 seconds there is a comment that says how far the log was looked through, also where a filter matches nothing. A reader that takes nothing for 30 seconds is disconnected: it connects again and goes on where it was.
         *
         *     A position after the end of the log is refused with 400: the log that the reader knows is longer than this one, as after an older copy was restored.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everybody who may do something, or might
         * @description In the order in which they were added, with their labels as they are now.
         */
        get: operations["listPrincipals"];
        put?: never;
        /**
         * Add a principal
         * @description Records who may do what from now on. An administrator of an initiative can give rights in it; one of all can give any.
         */
        post: operations["addPrincipal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{principalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A principal
         * @description Its label and what it may do now.
         */
        get: operations["getPrincipal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{principalId}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a principal may do
         * @description From now on it may do this and nothing else.
         */
        post: operations["changeRights"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{principalId}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all rights of a principal
         * @description It may do nothing any more, its tokens are refused, and it is never enabled again.
         */
        post: operations["disablePrincipal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{principalId}/label": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase what a principal is called
         * @description Its label, and by what an identity provider knows it, are gone. What it recorded stays, under its id.
         */
        delete: operations["erasePrincipal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens
         * @description One's own; an administrator of all sees all. Their texts are not kept.
         */
        get: operations["listTokens"];
        put?: never;
        /**
         * Make a token
         * @description For oneself, or for a principal whose rights one administers. It gives at most what its principal has, and never more than the token that asks. It ends after 400 days at the latest.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a token
         * @description From now on nobody is known by it, on any instance within seconds.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which route needs which right
         * @description Every route of this document, with what it needs of whoever asks. While the ledger is open, everybody on its machine has all rights.
         */
        get: operations["listAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I, and what may I do?
         * @description The rights that the request has now, each with the rule that gives it.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/who": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who has a right, or had it at a moment, and who gave it
         * @description Each principal that has the right in the initiative, the rule that gives it, and the event since which it has it, with the address of the proof that this event is in the log.
         */
        get: operations["listWhoMay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why may somebody do something, or not?
         * @description What the route needs, and the rule that gives it to the principal, or that none does.
         */
        get: operations["explainAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The event types that can be posted
         * @description Each with the address of its JSON Schema.
         */
        get: operations["listEventSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas/{eventType}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The JSON Schema of an event type
         * @description Of an event as it is posted (draft 2020-12). It needs no other schema. What only the ledger can check, such as whether a date is in the calendar, is a format in it.
         */
        get: operations["getEventSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The stream as an AsyncAPI document
         * @description What /v1/events/stream sends, as an AsyncAPI 3 document.
         */
        get: operations["getAsyncApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/principals/{principalId}/end-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log a principal out everywhere
         * @description Oneself, or a principal whose rights one administers. Its tokens go on.
         */
        post: operations["endSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a file of events
         * @description Records one event a line, or a row, while the file arrives, and answers when all of it was read. One line that is refused stops no other, unless atomic. Safe to repeat: lines that were recorded before are counted as alreadyRecorded. If the import ends early, what was recorded until then stays. Lists of records (format=csv or ndjson) are imported as they are: each row makes its record.
         */
        post: operations["importEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/import/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview an import
         * @description Says what an import of the file would do, and how its first rows are read. Records nothing. If the file is a table with columns of its own, and no mapping is given, the answer has a first mapping with its questions as comments; the preview is then of that.
         */
        post: operations["previewImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/initiatives/{initiativeId}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep records in step with a list
         * @description Compares a list with the records that have its keys. Without expect, the answer says what would be recorded: new records, changed ones with old and new values, records that are gone from the list, and rows that are refused. With the hash of that answer as expect, exactly that is recorded: up to 1,000 events all or nothing, more of them in order, so that the same request may be sent again after an interruption. Where the file, the options or the records are not as in the preview, the answer is 409 plan-changed. Members that the list does not have stay as they are; an empty cell removes its member.
         */
        post: operations["syncList"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session of the browser here; that at the identity provider goes on.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Why the request failed (RFC 9457). */
        Problem: {
            /**
             * Format: uri-reference
             * @description The page that explains the code.
             */
            type: string;
            /** @description What the code means. */
            title: string;
            /** @description The HTTP status of the answer. */
            status: number;
            /** @description The fault of this request. */
            detail?: string;
            /**
             * Format: uri-reference
             * @description This occurrence: X-Request-Id as a URN.
             */
            instance: string;
            /**
             * @description Never renamed, never reused.
             * @enum {string}
             */
            code: "malformed-json" | "invalid-body" | "malformed-csv" | "invalid-mapping" | "invalid-request" | "unauthenticated" | "forbidden" | "host-not-allowed" | "proxied-request" | "cross-origin-request" | "rebuild-not-allowed" | "not-found" | "initiative-not-found" | "record-not-found" | "event-not-found" | "principal-not-found" | "token-not-found" | "checkpoint-not-found" | "method-not-allowed" | "request-timeout" | "version-conflict" | "record-exists" | "alias-taken" | "external-id-exists" | "plan-changed" | "event-exists" | "record-retracted" | "record-standing" | "initiative-retracted" | "rebuild-running" | "count-differs" | "event-in-the-way" | "erasure-final" | "meeting-in-use" | "body-too-large" | "event-too-large" | "uri-too-long" | "unsupported-media-type" | "rule-violated" | "meeting-not-found" | "reference-not-found" | "date-in-future" | "no-change" | "nothing-matches" | "import-refused" | "too-many-events" | "idempotency-key-reused" | "too-many-requests" | "headers-too-large" | "internal-error" | "clock-behind" | "clock-ahead" | "clock-differs" | "overloaded" | "not-ready" | "history-fork" | "storage-unavailable" | "identity-provider-unavailable" | "shutting-down";
            /** @description The parts of the request that are wrong. */
            errors?: {
                /** @description RFC 6901: into the body, or /query/… or /headers/…. */
                pointer: string;
                detail: string;
                /** @description With import-refused: the line of the file that the pointer points into. */
                line?: number;
                /** @description With import-refused: why the line was refused. */
                code?: string;
                /** @description With import-refused: the refused value, shortened. */
                value?: string;
            }[];
            /** @description With count-differs: how many records match. */
            actualCount?: number;
            /** @description With event-in-the-way: the later event. */
            inTheWay?: {
                position: number;
                eventId: string;
                recordId: string;
            };
            /** @description With version-conflict: the version of the record. */
            actualVersion?: number;
            /** @description The position since which it is known, if it was not known at the moment asked for but is now. */
            knownSince?: number;
        };
        /** @description It is. */
        Health: {
            /** @enum {string} */
            status: "ok";
            /** @description Warnings for the operator of a ledger that is ready: for example, settings of the database server that may lose acknowledged events. */
            warnings?: string[];
        };
        /** @description The exact log that the answer was computed from. */
        Basis: {
            /** @description How many events of the log the answer was computed from. */
            treeSize: number;
            /** @description The root of the Merkle tree over them. */
            rootHash: string;
        };
        /** @description The moment that the answer speaks of. */
        AsOf: {
            /** @description The last position that the answer takes in; 0: before the first event. */
            position: number;
            /** Format: date-time */
            recordedAt?: string;
        };
        /** @description Any JSON value but null. */
        Json: string | number | boolean | unknown[] | {
            [key: string]: unknown;
        };
        LogData: {
            /**
             * Format: visible
             * @description The name of the log from this event on.
             */
            origin: string;
            continues: {
                /**
                 * Format: visible
                 * @description The name that the log had.
                 */
                origin: string;
                /** @description How many events it had when it was signed last. */
                size: number;
                rootHash: string;
            };
        };
        PrincipalData: {
            grants: {
                reader?: string[];
                recorder?: string[];
                auditor?: string[];
                admin?: string[];
            };
        };
        NamedPartyData: {
            /**
             * Format: visible
             * @description The name under which the party is listed. Never that of a person: nothing can erase it.
             */
            name: string;
            /** @description Other names that mean the same party, compared as filters compare them; none: its name means itself alone. */
            aliases: string[];
            /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
            country?: string;
        };
        /** @description The data of a meeting, with the names of persons. */
        ShownMeetingData: {
            /** Format: visible */
            name?: string;
            /**
             * Format: visible
             * @description The series of meetings, as printed; ordinals count within it.
             */
            series?: string;
            ordinal?: number;
            /** Format: visible */
            place?: string;
            /** @enum {unknown} */
            mode?: "in-person" | "virtual" | "hybrid";
            coChairs?: {
                /** @description A name; [erased] where it was erased. */
                name: string;
                /** Format: visible */
                role?: string;
                /** Format: visible */
                side?: string;
            }[];
        };
        /** @description The data of an MoU or a project, with the names of persons. */
        ShownMilestoneData: {
            /**
             * Format: visible
             * @description Absent where the announcement did not name it.
             */
            title?: string;
            /** @enum {unknown} */
            titleKind?: "official" | "description" | "translation";
            titles?: {
                /** @description A language tag (BCP 47). */
                lang: string;
                /** Format: visible */
                text: string;
            }[];
            parties?: {
                /** @description A name; [erased] where it was erased. */
                name: string;
                /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                country?: string;
                /**
                 * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                 * @enum {unknown}
                 */
                role?: "party" | "territory" | "witness" | "depositary" | "other";
                /**
                 * Format: visible
                 * @description The sender's own key, such as the number in the list that it comes from.
                 */
                externalId?: string;
                /** @description A natural person, whose name can be erased. */
                person?: boolean;
            }[];
            /** @description A slug: lower-case letters, digits and hyphens. */
            meetingId?: string;
            occasion?: {
                /** Format: visible */
                name?: string;
                /** Format: visible */
                place?: string;
            };
            /** @description Where it was signed, where that was in several places. */
            places?: string[];
            references?: {
                /** Format: visible */
                text: string;
                /**
                 * Format: web-url
                 * @description An http or https URL.
                 */
                url?: string;
            }[];
            /**
             * Format: visible
             * @description The sender's own key, such as the number in the list that it comes from.
             */
            externalId?: string;
            /** Format: visible */
            instrument?: string;
            /** Format: visible */
            pillar?: string;
            /** Format: visible */
            sector?: string;
            /** Format: visible */
            zone?: string;
            /** Format: visible */
            tier?: string;
            amount?: {
                value: number;
                /** @description ISO 4217 */
                currency: string;
            };
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            validFrom?: string;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            validUntil?: string;
            renews?: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId?: string;
                /** Format: visible */
                text?: string;
            };
            under?: string[];
            /** @description initiativeId/recordId of the same milestone in another initiative. */
            sameAs?: string;
        };
        /** @description One thing in a register. */
        Record: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "initiative" | "meeting" | "mou" | "project" | "claim";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            /** @description By kind, with names of persons. */
            data: unknown;
            sources: components["schemas"]["Source"][];
            /**
             * @description Only with until: it may have happened by then or later.
             * @enum {boolean}
             */
            possible?: true;
        } & ({
            /** @enum {unknown} */
            kind: "initiative";
            data: components["schemas"]["InitiativeData"];
        } | {
            /** @enum {unknown} */
            kind: "meeting";
            data: components["schemas"]["ShownMeetingData"];
        } | {
            /** @enum {unknown} */
            kind: "mou";
            data: components["schemas"]["ShownMilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "project";
            data: components["schemas"]["ShownMilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "claim";
            data: components["schemas"]["ClaimData"];
        });
        /** @description Computed from the records, never entered. */
        Counts: {
            meetings: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
            };
            mous: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
                named: number;
                atMeetings: number;
                outsideMeetings: number;
            };
            projects: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
                named: number;
                atMeetings: number;
                outsideMeetings: number;
            };
        };
        /** @description A published figure, compared with the records. */
        Claim: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            version: number;
            /** @description What is counted; mous, projects and meetings are compared. */
            metric: string;
            value: number;
            /** @enum {unknown} */
            qualifier: "exact" | "atLeast" | "moreThan" | "atMost" | "lessThan" | "nearly" | "about";
            scope: string;
            label?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            madeAt?: string;
            /** @description The date for which the figure is stated. */
            occurredOn: string;
            recorded?: number;
            possible?: number;
            /** @description recorded less value */
            difference?: number;
            /**
             * @description about: nearly, from 90 % of the value up to it, or about, within 10 % either way. undecided: what is possible decides.
             * @enum {unknown}
             */
            status: "matches" | "over" | "short" | "undecided" | "about" | "not-comparable";
            /** @description The earlier claim of the same metric, scope and label, and the step from it. */
            previous?: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
                value: number;
                claimedIncrease: number;
                recordedIncrease?: number;
                difference?: number;
            };
            /** @description Counts of what happened after the day of the claim. */
            since: {
                meetings: number;
                mous: number;
                projects: number;
            };
            sources: components["schemas"]["Source"][];
        };
        CountedMeeting: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "meeting";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            data: components["schemas"]["ShownMeetingData"];
            sources: components["schemas"]["Source"][];
            /**
             * @description Only with until: it may have happened by then or later.
             * @enum {boolean}
             */
            possible?: true;
            counts: {
                mous: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
                projects: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
            };
            /** @description Totals up to and including this meeting. With until: meetings that were surely held by then, and milestones that surely happened by then, also at meetings that are only possible. */
            running: {
                meetings: number;
                mous: number;
                projects: number;
            };
            /** @description listed: all that were announced are recorded and named, as far as the claims about the meeting say; partial: some are not named, or a claim says that there are more; counted: none is named; unknown: none is recorded. Claims about it are those of scope meeting:<recordId>; "more than 20" and "about 30" (27 at least) say that there are more than 20. With until, what is only possible is taken in, and claims stated for a later day are not. */
            coverage: {
                /** @enum {unknown} */
                mous: "listed" | "partial" | "counted" | "unknown";
                /** @enum {unknown} */
                projects: "listed" | "partial" | "counted" | "unknown";
            };
        };
        /** @description A party of MoUs and projects, and how many it signed. */
        CountedParty: {
            /** @description The name given to it, or as the newest of the records spells it. */
            name: string;
            /** @description Where several names mean it: those of the others that these records have. */
            aliases?: string[];
            /** @description The country given to it with its names. */
            country?: string;
            mous: number;
            projects: number;
            /** @description Of those with a date, the earliest day that the first may have happened on; null: nobody knows. */
            first: string | null;
            /** @description Of those with a date, the latest day that the last may have happened on; null: none has one. */
            last: string | null;
        };
        /** @description What counts under a key, or under a pair of keys; with others: under all other keys together. */
        DividedItem: {
            /** @description As the newest record that has it spells it; null: of records that have none. */
            key?: string | null;
            /** @description Of two: the second one. */
            key2?: string | null;
            /** @description With top: the number of keys, or pairs, that this item sums up. */
            others?: number;
            mous: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
            };
            projects: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
            };
            meetings?: {
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
            };
            total: number;
            /** @description With until: what may have happened by then, in addition to total. */
            possible?: number;
            /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
            undated?: number;
        };
        CountedInitiative: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "initiative";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            data: components["schemas"]["InitiativeData"];
            sources: components["schemas"]["Source"][];
            counts: components["schemas"]["Counts"];
        };
        /** @description The event that made a version of a record. */
        VersionOrigin: {
            version: number;
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** Format: uuid */
            eventId: string;
            type: string;
            /** Format: date-time */
            recordedAt: string;
            recordedBy: string;
            reason?: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            note?: string;
            correlationId?: string;
        };
        /** @description An event of a record, and its changes. */
        Version: {
            version: number;
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** Format: uuid */
            eventId: string;
            type: string;
            /** Format: date-time */
            recordedAt: string;
            recordedBy: string;
            reason?: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            note?: string;
            correlationId?: string;
            /** @description Without from, the member was absent; without to, it was removed. An item of a list without from was put before the one at its path. They hold one after the other. */
            changes: {
                path: string;
                from?: components["schemas"]["Json"];
                to?: components["schemas"]["Json"];
            }[];
        };
        /** @description The event exactly as logged: RFC 8785 canonical JSON. */
        StoredEvent: {
            /** @enum {number} */
            v: 1;
            /** Format: uuid */
            eventId: string;
            /** @description The initiative. A hyphen for LogContinued, which belongs to none. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "initiative" | "meeting" | "mou" | "project" | "claim" | "log" | "principal" | "party";
            version: number;
            type: string;
            occurredOn?: string;
            data?: {
                [key: string]: unknown;
            };
            /** @description Without from, the member was absent; without to, it was removed. An item of a list without from was put before the one at its path. They hold one after the other. */
            changes?: {
                path: string;
                from?: components["schemas"]["Json"];
                to?: components["schemas"]["Json"];
            }[];
            /** @enum {unknown} */
            to?: "mou" | "project";
            /** @description The commitments whose names were erased. */
            erased?: {
                commitments: string[];
                legalBasis: string;
                requestedBy?: string;
            };
            sources?: components["schemas"]["Source"][];
            reason?: components["schemas"]["Reason"];
            note?: string;
            correlationId?: string;
            /** Format: date-time */
            recordedAt: string;
            recordedBy: string;
        } & ({
            /** @enum {unknown} */
            kind: "initiative";
            data?: components["schemas"]["InitiativeData"];
        } | {
            /** @enum {unknown} */
            kind: "meeting";
            data?: components["schemas"]["MeetingData"];
        } | {
            /** @enum {unknown} */
            kind: "mou";
            data?: components["schemas"]["MilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "project";
            data?: components["schemas"]["MilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "claim";
            data?: components["schemas"]["ClaimData"];
        } | {
            /** @enum {unknown} */
            kind: "log";
            data?: components["schemas"]["LogData"];
        } | {
            /** @enum {unknown} */
            kind: "principal";
            data?: components["schemas"]["PrincipalData"];
        } | {
            /** @enum {unknown} */
            kind: "party";
            data?: components["schemas"]["NamedPartyData"];
        });
        LoggedEvent: {
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** @description SHA-256 in hex. */
            leafHash: string;
            event: components["schemas"]["StoredEvent"];
            /** @description Names of persons behind the commitments in the event, without erased ones. */
            openings?: {
                /** @description SHA-256 in hex. */
                commitment: string;
                name: string;
                /** @description SHA-256 in hex. */
                salt: string;
            }[];
        };
        /** @description An event of the log as CloudEvents 1.0 have it. */
        CloudEvent: {
            /** @enum {string} */
            specversion: "1.0";
            /**
             * Format: uuid
             * @description The eventId.
             */
            id: string;
            /**
             * Format: uri
             * @description The name of the log, as a URI.
             */
            source: string;
            type: string;
            /** @description initiativeId/recordId */
            subject: string;
            /** Format: date-time */
            time: string;
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** @description SHA-256 in hex. */
            leafhash: string;
            data: components["schemas"]["StoredEvent"];
        };
        MovingEvent: {
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** @description SHA-256 in hex. */
            leafHash: string;
            event: components["schemas"]["StoredEvent"];
            /** @description Names of persons behind the commitments in the event, without erased ones. */
            openings?: {
                /** @description SHA-256 in hex. */
                commitment: string;
                name: string;
                /** @description SHA-256 in hex. */
                salt: string;
            }[];
            /** @description The amount that the event added to each figure, without figures that it did not move. A key has the spelling of the record. */
            moved: {
                meetings?: number;
                mous?: number;
                mousNamed?: number;
                mousAtMeetings?: number;
                mousNamedAtMeetings?: number;
                projects?: number;
                projectsNamed?: number;
                projectsAtMeetings?: number;
                projectsNamedAtMeetings?: number;
                meetingsUndated?: number;
                mousUndated?: number;
                projectsUndated?: number;
                byPillar?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
                byZone?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
                bySector?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
                byInstrument?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
                byCountry?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
                byYear?: {
                    key: string | null;
                    mous: number;
                    projects: number;
                }[];
            };
        };
        InitiativeList: {
            items: components["schemas"]["CountedInitiative"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Initiative: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "initiative";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            data: components["schemas"]["InitiativeData"];
            sources: components["schemas"]["Source"][];
            counts: components["schemas"]["Counts"];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byPillar: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byZone: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            bySector: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byInstrument: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byCountry: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byYear: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /**
             * Format: date
             * @description The first day on which something counted is known to have happened: its date is this day. Absent if no date is a day.
             */
            firstOccurrence?: string;
            /**
             * Format: date
             * @description The last day that something counted is known to have.
             */
            lastOccurrence?: string;
            /** @description The first day that a vaguer date may mean, if it is before firstOccurrence or there is no firstOccurrence. null: nobody knows how long before. Absent: nothing counted may have been earlier. */
            firstPossible?: string | null;
            /**
             * Format: date
             * @description The last day that a vaguer date may mean, if it is after lastOccurrence or there is no lastOccurrence; with until, no later than its last day. Absent: nothing counted may have been later.
             */
            lastPossible?: string;
            /** @description The claims for the latest days, up to 1,000 or about 1 MiB. The list of claims has all. */
            claims: components["schemas"]["Claim"][];
            /** @description How many claims there are before these; absent: none. */
            claimsLeftOut?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Summary: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @enum {unknown} */
            status: "standing" | "retracted";
            counts: components["schemas"]["Counts"];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byPillar: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byZone: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            bySector: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byInstrument: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byCountry: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byYear: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /**
             * Format: date
             * @description The first day on which something counted is known to have happened: its date is this day. Absent if no date is a day.
             */
            firstOccurrence?: string;
            /**
             * Format: date
             * @description The last day that something counted is known to have.
             */
            lastOccurrence?: string;
            /** @description The first day that a vaguer date may mean, if it is before firstOccurrence or there is no firstOccurrence. null: nobody knows how long before. Absent: nothing counted may have been earlier. */
            firstPossible?: string | null;
            /**
             * Format: date
             * @description The last day that a vaguer date may mean, if it is after lastOccurrence or there is no lastOccurrence; with until, no later than its last day. Absent: nothing counted may have been later.
             */
            lastPossible?: string;
            /** @description The claims for the latest days, up to 1,000 or about 1 MiB. The list of claims has all. */
            claims: components["schemas"]["Claim"][];
            /** @description How many claims there are before these; absent: none. */
            claimsLeftOut?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        OverallSummary: {
            initiatives: number;
            counts: components["schemas"]["Counts"];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byPillar: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byZone: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            bySector: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byInstrument: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byCountry: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
            byYear: {
                key: string | null;
                mous: number;
                projects: number;
            }[];
            /**
             * Format: date
             * @description The first day on which something counted is known to have happened: its date is this day. Absent if no date is a day.
             */
            firstOccurrence?: string;
            /**
             * Format: date
             * @description The last day that something counted is known to have.
             */
            lastOccurrence?: string;
            /** @description The first day that a vaguer date may mean, if it is before firstOccurrence or there is no firstOccurrence. null: nobody knows how long before. Absent: nothing counted may have been earlier. */
            firstPossible?: string | null;
            /**
             * Format: date
             * @description The last day that a vaguer date may mean, if it is after lastOccurrence or there is no lastOccurrence; with until, no later than its last day. Absent: nothing counted may have been later.
             */
            lastPossible?: string;
            /**
             * @description It tells of the initiatives that you may read; there may be others.
             * @enum {string}
             */
            covers?: "readable";
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        MeetingList: {
            items: components["schemas"]["CountedMeeting"][];
            /** @description The first 1,000 ordinals, between the lowest and the highest of each series, that no meeting of the list has, on any page. */
            missingOrdinals: {
                series: string | null;
                missing: number[];
            }[];
            /** @description The number of further missing ordinals and of their series. Absent: there are none. */
            missingOrdinalsLeftOut?: {
                ordinals: number;
                series: number;
            };
            /** @description Milestones outside meetings. */
            outside: {
                mous: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
                projects: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
            };
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Meeting: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "meeting";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            data: components["schemas"]["ShownMeetingData"];
            sources: components["schemas"]["Source"][];
            /**
             * @description Only with until: it may have happened by then or later.
             * @enum {boolean}
             */
            possible?: true;
            counts: {
                mous: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
                projects: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                    /** @description How many of them have a title. */
                    named: number;
                };
            };
            /** @description Totals up to and including this meeting. With until: meetings that were surely held by then, and milestones that surely happened by then, also at meetings that are only possible. */
            running: {
                meetings: number;
                mous: number;
                projects: number;
            };
            /** @description listed: all that were announced are recorded and named, as far as the claims about the meeting say; partial: some are not named, or a claim says that there are more; counted: none is named; unknown: none is recorded. Claims about it are those of scope meeting:<recordId>; "more than 20" and "about 30" (27 at least) say that there are more than 20. With until, what is only possible is taken in, and claims stated for a later day are not. */
            coverage: {
                /** @enum {unknown} */
                mous: "listed" | "partial" | "counted" | "unknown";
                /** @enum {unknown} */
                projects: "listed" | "partial" | "counted" | "unknown";
            };
            mous: components["schemas"]["Record"][];
            projects: components["schemas"]["Record"][];
            /** @description Claims about the meeting, or made at it. */
            claims: components["schemas"]["Claim"][];
            /** @description The numbers of items that are left out here. Absent: none. */
            leftOut?: {
                mous: number;
                projects: number;
                claims: number;
            };
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        RecordList: {
            items: components["schemas"]["Record"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        PartyList: {
            items: components["schemas"]["CountedParty"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Divided: {
            items: components["schemas"]["DividedItem"][];
            /** @description Each record once, however many keys it has. */
            distinct: {
                mous: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                };
                projects: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                };
                meetings?: {
                    total: number;
                    /** @description With until: what may have happened by then, in addition to total. */
                    possible?: number;
                    /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                    undated?: number;
                };
                total: number;
                /** @description With until: what may have happened by then, in addition to total. */
                possible?: number;
                /** @description How many of them have no date: they are in total, and with until in possible. Absent: none. */
                undated?: number;
            };
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        ClaimList: {
            items: components["schemas"]["Claim"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        RecordAnswer: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            initiativeId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            /** @enum {unknown} */
            kind: "initiative" | "meeting" | "mou" | "project" | "claim";
            /** @enum {unknown} */
            status: "standing" | "retracted";
            version: number;
            /** @description As given: an EDTF date. */
            occurredOn?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            earliest?: string;
            /**
             * Format: date
             * @description A day, YYYY-MM-DD.
             */
            latest?: string;
            /** @description By kind, with names of persons. */
            data: unknown;
            sources: components["schemas"]["Source"][];
            /** @description The status of the records that renews and under name. */
            references: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
                /** @enum {unknown} */
                status: "standing" | "retracted";
            }[];
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        } & ({
            /** @enum {unknown} */
            kind: "initiative";
            data: components["schemas"]["InitiativeData"];
        } | {
            /** @enum {unknown} */
            kind: "meeting";
            data: components["schemas"]["ShownMeetingData"];
        } | {
            /** @enum {unknown} */
            kind: "mou";
            data: components["schemas"]["ShownMilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "project";
            data: components["schemas"]["ShownMilestoneData"];
        } | {
            /** @enum {unknown} */
            kind: "claim";
            data: components["schemas"]["ClaimData"];
        });
        History: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            versions: components["schemas"]["Version"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Difference: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            from: components["schemas"]["VersionOrigin"];
            to: components["schemas"]["VersionOrigin"];
            /** @description Without from, the member was absent; without to, it was removed. An item of a list without from was put before the one at its path. They hold one after the other. */
            changes: {
                path: string;
                from?: components["schemas"]["Json"];
                to?: components["schemas"]["Json"];
            }[];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Changes: {
            from: components["schemas"]["AsOf"];
            to: components["schemas"]["AsOf"];
            before: components["schemas"]["Counts"];
            after: components["schemas"]["Counts"];
            /** @description How the counts divide, before and after. */
            shares: {
                before: {
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byPillar: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byZone: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    bySector: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byInstrument: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byCountry: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byYear: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                };
                after: {
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byPillar: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byZone: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    bySector: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byInstrument: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byCountry: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                    /** @description A record counts under each of its keys, and under null if it has none. If no record has several keys, the shares sum to the total. */
                    byYear: {
                        key: string | null;
                        mous: number;
                        projects: number;
                    }[];
                };
            };
            items: components["schemas"]["MovingEvent"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        EventList: {
            items: components["schemas"]["LoggedEvent"][];
            /** @description With count=true: the items of this page and those after it. */
            total?: number;
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        EventAnswer: {
            /** @description Place in the log: 1, 2, 3 … */
            position: number;
            /** @description SHA-256 in hex. */
            leafHash: string;
            event: components["schemas"]["StoredEvent"];
            /** @description Names of persons behind the commitments in the event, without erased ones. */
            openings?: {
                /** @description SHA-256 in hex. */
                commitment: string;
                name: string;
                /** @description SHA-256 in hex. */
                salt: string;
            }[];
            asOf: components["schemas"]["AsOf"];
            basis: components["schemas"]["Basis"];
        };
        Keys: {
            /** @description The name of the log. */
            origin: string;
            items: {
                vkey: string;
                /** Format: date-time */
                signsFrom: string;
                /** Format: date-time */
                signsUntil?: string;
            }[];
        };
        InclusionProof: {
            /** @description The position less one. */
            leafIndex: number;
            treeSize: number;
            /** @description SHA-256 in hex. */
            leafHash: string;
            /** @description SHA-256 in hex. */
            rootHash: string;
            hashes: string[];
        };
        ConsistencyProof: {
            from: number;
            to: number;
            /** @description SHA-256 in hex. */
            fromRoot: string;
            /** @description SHA-256 in hex. */
            toRoot: string;
            hashes: string[];
        };
        /** @description The progress of a rebuild, or its outcome. */
        RebuildLine: {
            /** @description How many events are rebuilt. */
            events?: number;
            /** @description How many there are. */
            of?: number;
            /**
             * @description Only in the last line. stopped: nothing was changed.
             * @enum {unknown}
             */
            outcome?: "done" | "stopped";
            views?: {
                /** @description The read model. */
                view: string;
                /** @description Whether the rebuilt one is now in use. */
                swapped: boolean;
                /** @description Rows that differed; absent: they were not compared. */
                differences?: number;
                /** @description The first of them. */
                first: {
                    table: string;
                    position?: number;
                    detail: string;
                }[];
            }[];
            /** @description The position of the event that can't be folded. */
            position?: number;
            /** @description Why the rebuild stopped. */
            detail?: string;
        };
        /** @description Where a fact is published. */
        Source: {
            /** Format: visible */
            publisher: string;
            /** Format: visible */
            title?: string;
            /**
             * Format: web-url
             * @description An http or https URL.
             */
            url?: string;
            /**
             * Format: web-url
             * @description An http or https URL.
             */
            archiveUrl?: string;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            publishedOn?: string;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            retrievedOn?: string;
            /** @description A language tag (BCP 47). */
            lang?: string;
            /** Format: visible */
            quote?: string;
            /** Format: visible */
            note?: string;
            /** @description SHA-256 of the document as retrieved, in hex. */
            sha256?: string;
        };
        /** @description Why a record is changed. With code duplicate, duplicateOf names the other. */
        Reason: {
            /** @enum {unknown} */
            code: "typing-error" | "wrong-source" | "late-information" | "publisher-changed" | "duplicate" | "never-happened" | "scope-decision" | "other";
            /** Format: visible */
            text: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            duplicateOf?: string;
        };
        /** @description A role in one initiative, or in all. */
        Grant: {
            /** @enum {unknown} */
            role: "reader" | "recorder" | "auditor" | "admin";
            /** @description An initiative, which need not be registered yet, or * for all. */
            initiativeId: string;
        };
        InitiativeData: {
            /** Format: visible */
            name: string;
            aliases?: string[];
            parties?: {
                /** Format: visible */
                name: string;
                /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                country?: string;
                /**
                 * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                 * @enum {unknown}
                 */
                role?: "party" | "territory" | "witness" | "depositary" | "other";
                /**
                 * Format: visible
                 * @description The sender's own key, such as the number in the list that it comes from.
                 */
                externalId?: string;
            }[];
            pillars?: string[];
            zones?: string[];
            /** Format: visible */
            description?: string;
        };
        MeetingData: {
            /** Format: visible */
            name?: string;
            /**
             * Format: visible
             * @description The series of meetings, as printed; ordinals count within it.
             */
            series?: string;
            ordinal?: number;
            /** Format: visible */
            place?: string;
            /** @enum {unknown} */
            mode?: "in-person" | "virtual" | "hybrid";
            coChairs?: {
                /** @description A name. It is stored as a commitment, so that it can be erased. */
                name: string | {
                    commitment: string;
                };
                /** Format: visible */
                role?: string;
                /** Format: visible */
                side?: string;
            }[];
        };
        MilestoneData: {
            /**
             * Format: visible
             * @description Absent where the announcement did not name it.
             */
            title?: string;
            /** @enum {unknown} */
            titleKind?: "official" | "description" | "translation";
            titles?: {
                /** @description A language tag (BCP 47). */
                lang: string;
                /** Format: visible */
                text: string;
            }[];
            parties?: {
                /** @description A name. It is stored as a commitment, so that it can be erased. */
                name: string | {
                    commitment: string;
                };
                /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                country?: string;
                /**
                 * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                 * @enum {unknown}
                 */
                role?: "party" | "territory" | "witness" | "depositary" | "other";
                /**
                 * Format: visible
                 * @description The sender's own key, such as the number in the list that it comes from.
                 */
                externalId?: string;
                /** @description A natural person, whose name can be erased. */
                person?: boolean;
            }[];
            /** @description A slug: lower-case letters, digits and hyphens. */
            meetingId?: string;
            occasion?: {
                /** Format: visible */
                name?: string;
                /** Format: visible */
                place?: string;
            };
            /** @description Where it was signed, where that was in several places. */
            places?: string[];
            references?: {
                /** Format: visible */
                text: string;
                /**
                 * Format: web-url
                 * @description An http or https URL.
                 */
                url?: string;
            }[];
            /**
             * Format: visible
             * @description The sender's own key, such as the number in the list that it comes from.
             */
            externalId?: string;
            /** Format: visible */
            instrument?: string;
            /** Format: visible */
            pillar?: string;
            /** Format: visible */
            sector?: string;
            /** Format: visible */
            zone?: string;
            /** Format: visible */
            tier?: string;
            amount?: {
                value: number;
                /** @description ISO 4217 */
                currency: string;
            };
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            validFrom?: string;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            validUntil?: string;
            renews?: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId?: string;
                /** Format: visible */
                text?: string;
            };
            under?: string[];
            /** @description initiativeId/recordId of the same milestone in another initiative. */
            sameAs?: string;
        };
        ClaimData: {
            /** @description What is counted; mous, projects and meetings are compared. */
            metric: string;
            value: number;
            /** @enum {unknown} */
            qualifier: "exact" | "atLeast" | "moreThan" | "atMost" | "lessThan" | "nearly" | "about";
            /**
             * Format: claim-scope
             * @description all, other, meetings, meeting:<recordId>, series:<s>, pillar:<p>, zone:<z>, sector:<s>, instrument:<i>, party:<p>, country:<c> or year:<y>. All but the first two may be joined by +, as in year:2023+sector:Health: records that are in each count.
             */
            scope: string;
            /**
             * Format: visible
             * @description The scope as printed; required for scope other.
             */
            label?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            madeAt?: string;
        };
        /**
         * @description An initiative enters the register. Its record id is the id of the initiative.
         * @example {
         *       "type": "InitiativeRegistered",
         *       "occurredOn": "2019-10-15",
         *       "data": {
         *         "name": "Singapore-China (Shenzhen) Smart City Initiative",
         *         "aliases": [
         *           "SCI",
         *           "深圳—新加坡智慧城市合作"
         *         ],
         *         "parties": [
         *           {
         *             "name": "Singapore",
         *             "country": "SG"
         *           },
         *           {
         *             "name": "Shenzhen Municipal People's Government",
         *             "country": "CN-GD"
         *           }
         *         ],
         *         "pillars": [
         *           "digital connectivity",
         *           "innovation and entrepreneurship",
         *           "talent exchange and development"
         *         ],
         *         "zones": [
         *           "Singapore-Shenzhen Smart City Demonstration Zone"
         *         ]
         *       },
         *       "sources": [
         *         {
         *           "publisher": "People's Daily Online (Shenzhen Special Zone Daily)",
         *           "url": "http://sz.people.com.cn/n2/2021/1019/c202846-34962979.html",
         *           "publishedOn": "2021-10-19",
         *           "lang": "zh",
         *           "quote": "深圳和新加坡通讯及新闻部于2019年10月签署《关于深圳-新加坡智慧城市合作倡议的谅解备忘录》"
         *         }
         *       ]
         *     }
         */
        InitiativeRegistered: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "InitiativeRegistered";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn?: string;
            data: components["schemas"]["InitiativeData"];
            sources?: components["schemas"]["Source"][];
        };
        /**
         * @description A meeting of the initiative took place. Without occurredOn, nobody knows when.
         * @example {
         *       "type": "MeetingHeld",
         *       "recordId": "jic-4",
         *       "occurredOn": "2023-12",
         *       "data": {
         *         "name": "Fourth meeting of the Joint Implementation Committee",
         *         "series": "JIC",
         *         "ordinal": 4,
         *         "place": "Shenzhen",
         *         "mode": "in-person",
         *         "coChairs": [
         *           {
         *             "name": "Joseph Leong",
         *             "role": "Permanent Secretary for Communications and Information",
         *             "side": "SG"
         *           },
         *           {
         *             "name": "Qin Weizhong",
         *             "role": "Mayor of Shenzhen",
         *             "side": "CN"
         *           }
         *         ]
         *       },
         *       "sources": [
         *         {
         *           "publisher": "Smart Cities World",
         *           "publishedOn": "2024-01-02",
         *           "lang": "en"
         *         }
         *       ]
         *     }
         */
        MeetingHeld: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "MeetingHeld";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn?: string;
            data?: components["schemas"]["MeetingData"];
            sources?: components["schemas"]["Source"][];
        };
        /**
         * @description A memorandum of understanding, or another instrument counted as one, was signed. occurredOn is by default that of the meeting; without either, nobody knows when.
         * @example {
         *       "type": "MoUSigned",
         *       "recordId": "mou-founding",
         *       "occurredOn": "2019-10-15",
         *       "data": {
         *         "title": "Memorandum of Understanding on the Singapore-Shenzhen Smart City Initiative",
         *         "titleKind": "official",
         *         "parties": [
         *           {
         *             "name": "Ministry of Communications and Information, Singapore",
         *             "country": "SG"
         *           },
         *           {
         *             "name": "Shenzhen Municipal People's Government",
         *             "country": "CN-GD"
         *           }
         *         ],
         *         "occasion": {
         *           "name": "15th Joint Council for Bilateral Cooperation",
         *           "place": "Chongqing"
         *         }
         *       },
         *       "sources": [
         *         {
         *           "publisher": "xinjiapo.news",
         *           "url": "https://xinjiapo.news/news/289559/amp",
         *           "publishedOn": "2019-10",
         *           "lang": "zh"
         *         }
         *       ]
         *     }
         * @example {
         *       "type": "MoUSigned",
         *       "repeat": 8,
         *       "data": {
         *         "meetingId": "jic-4"
         *       },
         *       "sources": [
         *         {
         *           "publisher": "Smart Cities World",
         *           "publishedOn": "2024-01-02",
         *           "lang": "en"
         *         }
         *       ],
         *       "note": "Eight were announced, none by name."
         *     }
         */
        MoUSigned: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "MoUSigned";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn?: string;
            data?: components["schemas"]["MilestoneData"];
            sources?: components["schemas"]["Source"][];
            /** @description Makes that many records, one event each. */
            repeat?: number;
        };
        /**
         * @description A project was launched. occurredOn is by default that of the meeting; without either, nobody knows when.
         * @example {
         *       "type": "ProjectLaunched",
         *       "recordId": "project-delivery-robots",
         *       "data": {
         *         "title": "Co-development of autonomous delivery and IoT devices",
         *         "titleKind": "description",
         *         "parties": [
         *           {
         *             "name": "QuikBot Technologies"
         *           },
         *           {
         *             "name": "Shenzhen Intelligence Guardforce Robot Technology Co"
         *           }
         *         ],
         *         "meetingId": "jic-4",
         *         "sector": "logistics; robotics",
         *         "zone": "Singapore-Shenzhen Smart City Demonstration Zone"
         *       },
         *       "sources": [
         *         {
         *           "publisher": "Smart Cities World",
         *           "publishedOn": "2024-01-02",
         *           "lang": "en"
         *         }
         *       ]
         *     }
         */
        ProjectLaunched: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "ProjectLaunched";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn?: string;
            data?: components["schemas"]["MilestoneData"];
            sources?: components["schemas"]["Source"][];
            /** @description Makes that many records, one event each. */
            repeat?: number;
        };
        /**
         * @description A publisher stated a figure. It is kept beside the counts and compared with them, never counted itself. occurredOn is the date that the figure is stated for.
         * @example {
         *       "type": "FigureClaimed",
         *       "recordId": "claim-jic-4-mous",
         *       "occurredOn": "2023-12-14",
         *       "data": {
         *         "metric": "mous",
         *         "value": 29,
         *         "qualifier": "exact",
         *         "scope": "meetings",
         *         "label": "signed at SCI JIC meetings",
         *         "madeAt": "jic-4"
         *       },
         *       "sources": [
         *         {
         *           "publisher": "Smart Cities World",
         *           "publishedOn": "2024-01-02",
         *           "lang": "en",
         *           "quote": "To-date, a total of 43 projects have been initiated and 29 MoUs have been signed at SCI JIC meetings."
         *         }
         *       ]
         *     }
         */
        FigureClaimed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "FigureClaimed";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn: string;
            data: components["schemas"]["ClaimData"];
            sources: components["schemas"]["Source"][];
        };
        /**
         * @description A record is corrected by a JSON Merge Patch (RFC 7396) over occurredOn, data and sources, and then by the members that replace, remove and add parties and sources. The stored event holds the differences that they make.
         * @example {
         *       "type": "RecordCorrected",
         *       "recordId": "jic-4",
         *       "changes": {
         *         "occurredOn": "2023-12-14"
         *       },
         *       "reason": {
         *         "code": "late-information",
         *         "text": "The day of the meeting is reported."
         *       },
         *       "sources": [
         *         {
         *           "publisher": "Hong Kong Commercial Daily",
         *           "publishedOn": "2023-12-16",
         *           "lang": "zh"
         *         }
         *       ]
         *     }
         * @example {
         *       "type": "RecordCorrected",
         *       "where": {
         *         "meetingId": "jic-4",
         *         "occurredOn": "2023-12"
         *       },
         *       "changes": {
         *         "occurredOn": "2023-12-14"
         *       },
         *       "reason": {
         *         "code": "late-information",
         *         "text": "The day of the meeting is reported."
         *       }
         *     }
         * @example {
         *       "type": "RecordCorrected",
         *       "recordId": "mou-founding",
         *       "changes": {
         *         "replaceParty": {
         *           "name": "Ministry of Communications and Information, Singapore",
         *           "by": {
         *             "name": "Ministry of Digital Development and Information, Singapore",
         *             "country": "SG"
         *           }
         *         }
         *       },
         *       "reason": {
         *         "code": "other",
         *         "text": "The ministry has a new name since July 2024."
         *       }
         *     }
         */
        RecordCorrected: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "RecordCorrected";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /** @description null removes a member. */
            changes: {
                occurredOn?: string | null;
                data?: {
                    [key: string]: unknown;
                };
                sources?: Record<string, never>[] | null;
                /** @description The whole party `by` takes the place of the party of this name, compared folded. A person is named by its commitment only. */
                replaceParty?: {
                    /** @description A name. It is stored as a commitment, so that it can be erased. */
                    name: string | {
                        commitment: string;
                    };
                    by: {
                        /** @description A name. It is stored as a commitment, so that it can be erased. */
                        name: string | {
                            commitment: string;
                        };
                        /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                        country?: string;
                        /**
                         * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                         * @enum {unknown}
                         */
                        role?: "party" | "territory" | "witness" | "depositary" | "other";
                        /**
                         * Format: visible
                         * @description The sender's own key, such as the number in the list that it comes from.
                         */
                        externalId?: string;
                        /** @description A natural person, whose name can be erased. */
                        person?: boolean;
                    };
                };
                /** @description The party of this name, compared folded. A person is named by its commitment only. */
                removeParty?: {
                    /** @description A name. It is stored as a commitment, so that it can be erased. */
                    name: string | {
                        commitment: string;
                    };
                };
                /** @description One party or several, behind the others. One that is there already is not added again. */
                addParty?: {
                    /** @description A name. It is stored as a commitment, so that it can be erased. */
                    name: string | {
                        commitment: string;
                    };
                    /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                    country?: string;
                    /**
                     * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                     * @enum {unknown}
                     */
                    role?: "party" | "territory" | "witness" | "depositary" | "other";
                    /**
                     * Format: visible
                     * @description The sender's own key, such as the number in the list that it comes from.
                     */
                    externalId?: string;
                    /** @description A natural person, whose name can be erased. */
                    person?: boolean;
                } | {
                    /** @description A name. It is stored as a commitment, so that it can be erased. */
                    name: string | {
                        commitment: string;
                    };
                    /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                    country?: string;
                    /**
                     * @description What it has to do with the milestone; absent: party. Filters and counts take parties of every role.
                     * @enum {unknown}
                     */
                    role?: "party" | "territory" | "witness" | "depositary" | "other";
                    /**
                     * Format: visible
                     * @description The sender's own key, such as the number in the list that it comes from.
                     */
                    externalId?: string;
                    /** @description A natural person, whose name can be erased. */
                    person?: boolean;
                }[];
                addSource?: components["schemas"]["Source"];
            };
            reason: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            /** @description Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones. */
            where?: {
                recordIds?: string[];
                q?: string | string[];
                party?: string | string[];
                pillar?: string | string[];
                zone?: string | string[];
                sector?: string | string[];
                instrument?: string | string[];
                country?: string | string[];
                place?: string | string[];
                meetingId?: string | string[];
                externalId?: string | string[];
                correlationId?: string | string[];
                publisher?: string | string[];
                sourceUrl?: string | string[];
                sources?: number | number[];
                unsourced?: boolean | boolean[];
                named?: boolean | boolean[];
                undated?: boolean | boolean[];
                inForceOn?: string | string[];
                endsBy?: string | string[];
                "party.all"?: string | string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                kind?: ("mou" | "project") | ("mou" | "project")[];
                /**
                 * Format: edtf
                 * @description The date exactly as it is given.
                 */
                occurredOn?: string;
            };
            /** @description How many records `where` must match; another number is 409 `count-differs`. */
            expectCount?: number;
        };
        /**
         * @description Further sources say what a record says.
         * @example {
         *       "type": "EvidenceAdded",
         *       "recordId": "jic-4",
         *       "sources": [
         *         {
         *           "publisher": "PR Newswire (MCI/IMDA)",
         *           "url": "https://www.prnewswire.com/apac/news-releases/singapore-and-shenzhen-drive-smart-city-collaboration-with-14-new-projects-302015560.html",
         *           "publishedOn": "2023-12-15",
         *           "lang": "en",
         *           "quote": "Eight MOUs and four projects dedicated to smart city development were signed on the sidelines of SCI"
         *         }
         *       ]
         *     }
         */
        EvidenceAdded: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "EvidenceAdded";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            sources: components["schemas"]["Source"][];
            /** @description Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones. */
            where?: {
                recordIds?: string[];
                q?: string | string[];
                party?: string | string[];
                pillar?: string | string[];
                zone?: string | string[];
                sector?: string | string[];
                instrument?: string | string[];
                country?: string | string[];
                place?: string | string[];
                meetingId?: string | string[];
                externalId?: string | string[];
                correlationId?: string | string[];
                publisher?: string | string[];
                sourceUrl?: string | string[];
                sources?: number | number[];
                unsourced?: boolean | boolean[];
                named?: boolean | boolean[];
                undated?: boolean | boolean[];
                inForceOn?: string | string[];
                endsBy?: string | string[];
                "party.all"?: string | string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                kind?: ("mou" | "project") | ("mou" | "project")[];
                /**
                 * Format: edtf
                 * @description The date exactly as it is given.
                 */
                occurredOn?: string;
            };
            /** @description How many records `where` must match; another number is 409 `count-differs`. */
            expectCount?: number;
        };
        /**
         * @description A record is withdrawn: it counts nowhere, and its history stays.
         * @example {
         *       "type": "RecordRetracted",
         *       "recordId": "mou-7",
         *       "reason": {
         *         "code": "duplicate",
         *         "text": "Entered twice, from two announcements.",
         *         "duplicateOf": "mou-3"
         *       }
         *     }
         */
        RecordRetracted: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "RecordRetracted";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            reason: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            /** @description Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones. */
            where?: {
                recordIds?: string[];
                q?: string | string[];
                party?: string | string[];
                pillar?: string | string[];
                zone?: string | string[];
                sector?: string | string[];
                instrument?: string | string[];
                country?: string | string[];
                place?: string | string[];
                meetingId?: string | string[];
                externalId?: string | string[];
                correlationId?: string | string[];
                publisher?: string | string[];
                sourceUrl?: string | string[];
                sources?: number | number[];
                unsourced?: boolean | boolean[];
                named?: boolean | boolean[];
                undated?: boolean | boolean[];
                inForceOn?: string | string[];
                endsBy?: string | string[];
                "party.all"?: string | string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                kind?: ("mou" | "project") | ("mou" | "project")[];
                /**
                 * Format: edtf
                 * @description The date exactly as it is given.
                 */
                occurredOn?: string;
            };
            /** @description How many records `where` must match; another number is 409 `count-differs`. */
            expectCount?: number;
        };
        /**
         * @description A retraction is undone: the record counts again, as it was.
         * @example {
         *       "type": "RecordReinstated",
         *       "recordId": "mou-7",
         *       "reason": {
         *         "code": "wrong-source",
         *         "text": "The two announcements were of two MoUs after all."
         *       }
         *     }
         */
        RecordReinstated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "RecordReinstated";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            reason: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            /** @description Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones. */
            where?: {
                recordIds?: string[];
                q?: string | string[];
                party?: string | string[];
                pillar?: string | string[];
                zone?: string | string[];
                sector?: string | string[];
                instrument?: string | string[];
                country?: string | string[];
                place?: string | string[];
                meetingId?: string | string[];
                externalId?: string | string[];
                correlationId?: string | string[];
                publisher?: string | string[];
                sourceUrl?: string | string[];
                sources?: number | number[];
                unsourced?: boolean | boolean[];
                named?: boolean | boolean[];
                undated?: boolean | boolean[];
                inForceOn?: string | string[];
                endsBy?: string | string[];
                "party.all"?: string | string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                kind?: ("mou" | "project") | ("mou" | "project")[];
                /**
                 * Format: edtf
                 * @description The date exactly as it is given.
                 */
                occurredOn?: string;
            };
            /** @description How many records `where` must match; another number is 409 `count-differs`. */
            expectCount?: number;
        };
        /**
         * @description An MoU becomes a project, or a project an MoU. Its data stays as it is.
         * @example {
         *       "type": "RecordReclassified",
         *       "recordId": "project-delivery-robots",
         *       "to": "mou",
         *       "reason": {
         *         "code": "scope-decision",
         *         "text": "The four instruments of the zone are counted as MoUs."
         *       },
         *       "sources": [
         *         {
         *           "publisher": "ITS International",
         *           "publishedOn": "2024-01-05",
         *           "lang": "en",
         *           "quote": "Four companies also signed MOUs to operate in the Singapore Shenzhen Smart City Demonstration Zone"
         *         }
         *       ]
         *     }
         */
        RecordReclassified: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "RecordReclassified";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /** @enum {unknown} */
            to: "mou" | "project";
            reason: components["schemas"]["Reason"];
            sources?: components["schemas"]["Source"][];
            /** @description Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones. */
            where?: {
                recordIds?: string[];
                q?: string | string[];
                party?: string | string[];
                pillar?: string | string[];
                zone?: string | string[];
                sector?: string | string[];
                instrument?: string | string[];
                country?: string | string[];
                place?: string | string[];
                meetingId?: string | string[];
                externalId?: string | string[];
                correlationId?: string | string[];
                publisher?: string | string[];
                sourceUrl?: string | string[];
                sources?: number | number[];
                unsourced?: boolean | boolean[];
                named?: boolean | boolean[];
                undated?: boolean | boolean[];
                inForceOn?: string | string[];
                endsBy?: string | string[];
                "party.all"?: string | string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                kind?: ("mou" | "project") | ("mou" | "project")[];
                /**
                 * Format: edtf
                 * @description The date exactly as it is given.
                 */
                occurredOn?: string;
            };
            /** @description How many records `where` must match; another number is 409 `count-differs`. */
            expectCount?: number;
        };
        /**
         * @description Names of persons in a record are erased for good, in all its versions: answers show [erased], and what their commitments open to is destroyed. The record is otherwise as before, and the log stays whole. Retracted records and initiatives accept it too. A repeat of an event or request that a name was posted in is no longer known as one (409 event-exists, 422 idempotency-key-reused).
         * @example {
         *       "type": "PersonalDataErased",
         *       "recordId": "jic-4",
         *       "commitments": [
         *         "b29939d05747fcb474a092bea3916aa64f435769076841f1d2990683c6cc5d8b"
         *       ],
         *       "legalBasis": "Art. 17(1)(a) GDPR",
         *       "requestedBy": "the data subject, request 2024-007"
         *     }
         */
        PersonalDataErased: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PersonalDataErased";
            /**
             * Format: uuid
             * @description Makes a retry safe. The server makes a UUIDv7 where it is absent.
             */
            eventId?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId?: string;
            /** @description The version that the record must have; 0: none yet. */
            expectedVersion?: number;
            /** @description Of names that the record holds or held; they stand in its events. */
            commitments: string[];
            /**
             * Format: visible
             * @description What obliges to it; stored for ever.
             */
            legalBasis: string;
            /**
             * Format: visible
             * @description Who asked, as a role or a reference; stored for ever, so it must not be the name of a person.
             */
            requestedBy?: string;
            sources?: components["schemas"]["Source"][];
        };
        Defaults: {
            sources?: components["schemas"]["Source"][];
            /**
             * Format: edtf
             * @description An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.
             */
            occurredOn?: string;
            /** Format: visible */
            note?: string;
            /** Format: visible */
            correlationId?: string;
        };
        PostedEvent: components["schemas"]["InitiativeRegistered"] | components["schemas"]["MeetingHeld"] | components["schemas"]["MoUSigned"] | components["schemas"]["ProjectLaunched"] | components["schemas"]["FigureClaimed"] | components["schemas"]["RecordCorrected"] | components["schemas"]["EvidenceAdded"] | components["schemas"]["RecordRetracted"] | components["schemas"]["RecordReinstated"] | components["schemas"]["RecordReclassified"] | components["schemas"]["PersonalDataErased"];
        /** @description Events that are recorded all or none, in order. */
        Batch: {
            defaults?: components["schemas"]["Defaults"];
            events: components["schemas"]["PostedEvent"][];
        };
        Recorded: {
            /** @description The index of the item in the body. */
            index: number;
            position: number;
            /** Format: uuid */
            eventId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            recordId: string;
            version: number;
            type: string;
            /** Format: date-time */
            recordedAt: string;
            leafHash: string;
            /**
             * @description The event was recorded before, under the same eventId.
             * @enum {boolean}
             */
            replayed?: true;
            /** @description With dryRun: what the event would change in a record that is there; of lists the single items. */
            changes?: {
                path: string;
                from?: components["schemas"]["Json"];
                to?: components["schemas"]["Json"];
            }[];
        };
        /** @description Something looks odd; it is recorded nevertheless. */
        Warning: {
            /** @description same-title-and-date, same-meeting, same-claim, same-repeat, similar-metric, date-outside-meeting, milestones-keep-date, more-than-claimed, in-force-before-signed, validity-reversed; there may be more of them one day. */
            code: string;
            pointer: string;
            detail: string;
            /** @description For an event with `where`: it matches the records that the warning speaks of. */
            where?: {
                [key: string]: unknown;
            };
        };
        Receipt: {
            recorded: components["schemas"]["Recorded"][];
            warnings: components["schemas"]["Warning"][];
            basis: components["schemas"]["Basis"];
        };
        Undo: {
            positions?: number[];
            /**
             * Format: visible
             * @description Of your own events, which have it; instead of positions.
             */
            correlationId?: string;
            reason: components["schemas"]["Reason"];
        };
        /** @description Why a line was not recorded. */
        LineError: {
            /** @description The line of the file; for a row of a table, the line at which it begins. 0: of a record that the list has no more. */
            line: number;
            /** @enum {string} */
            code: "malformed-json" | "invalid-body" | "malformed-csv" | "invalid-mapping" | "invalid-request" | "unauthenticated" | "forbidden" | "host-not-allowed" | "proxied-request" | "cross-origin-request" | "rebuild-not-allowed" | "not-found" | "initiative-not-found" | "record-not-found" | "event-not-found" | "principal-not-found" | "token-not-found" | "checkpoint-not-found" | "method-not-allowed" | "request-timeout" | "version-conflict" | "record-exists" | "alias-taken" | "external-id-exists" | "plan-changed" | "event-exists" | "record-retracted" | "record-standing" | "initiative-retracted" | "rebuild-running" | "count-differs" | "event-in-the-way" | "erasure-final" | "meeting-in-use" | "body-too-large" | "event-too-large" | "uri-too-long" | "unsupported-media-type" | "rule-violated" | "meeting-not-found" | "reference-not-found" | "date-in-future" | "no-change" | "nothing-matches" | "import-refused" | "too-many-events" | "idempotency-key-reused" | "too-many-requests" | "headers-too-large" | "internal-error" | "clock-behind" | "clock-ahead" | "clock-differs" | "overloaded" | "not-ready" | "history-fork" | "storage-unavailable" | "identity-provider-unavailable" | "shutting-down";
            /** @description RFC 6901, into the event of the line. */
            pointer: string;
            /** @description The header of the column of a table from which the value is. */
            column?: string;
            detail: string;
            /** @description The first 80 characters of the refused value. Absent if there is none, or if it may name a person. */
            value?: string;
        };
        /** @description The faults of one kind in one column. */
        FaultGroup: {
            /** @enum {string} */
            code: "malformed-json" | "invalid-body" | "malformed-csv" | "invalid-mapping" | "invalid-request" | "unauthenticated" | "forbidden" | "host-not-allowed" | "proxied-request" | "cross-origin-request" | "rebuild-not-allowed" | "not-found" | "initiative-not-found" | "record-not-found" | "event-not-found" | "principal-not-found" | "token-not-found" | "checkpoint-not-found" | "method-not-allowed" | "request-timeout" | "version-conflict" | "record-exists" | "alias-taken" | "external-id-exists" | "plan-changed" | "event-exists" | "record-retracted" | "record-standing" | "initiative-retracted" | "rebuild-running" | "count-differs" | "event-in-the-way" | "erasure-final" | "meeting-in-use" | "body-too-large" | "event-too-large" | "uri-too-long" | "unsupported-media-type" | "rule-violated" | "meeting-not-found" | "reference-not-found" | "date-in-future" | "no-change" | "nothing-matches" | "import-refused" | "too-many-events" | "idempotency-key-reused" | "too-many-requests" | "headers-too-large" | "internal-error" | "clock-behind" | "clock-ahead" | "clock-differs" | "overloaded" | "not-ready" | "history-fork" | "storage-unavailable" | "identity-provider-unavailable" | "shutting-down";
            /** @description The header of the column of a table, or what it is called, as data.title; empty: the row as a whole. */
            column: string;
            count: number;
            /** @description The first of them. */
            examples: {
                /** @description The line of the file; for a row of a table, the line at which it begins. 0: of a record that the list has no more. */
                line: number;
                detail: string;
                /** @description The first 80 characters of the refused value. Absent if there is none, or if it may name a person. */
                value?: string;
            }[];
        };
        /** @description No reason to refuse, but to be known. */
        LineWarning: {
            /** @description Absent: it is about the list as a whole. */
            line?: number;
            /** @description As in the answer to posted events; in a sync also stays-retracted, has-erased-names and nothing-retracted. */
            code: string;
            pointer?: string;
            detail: string;
            /** @description With milestones-keep-date: the where of a correction of these milestones. */
            where?: unknown;
        };
        ImportReport: {
            /** @description Lines that are not blank: recorded, already recorded and failed ones. */
            lines: number;
            /** @description Lines that were recorded now; with dryRun, that would be. */
            recorded: number;
            /** @description Lines that were recorded before, under the same eventId with the same content. */
            alreadyRecorded: number;
            /** @description Lines that were refused, or are no events. */
            failed: number;
            /** @description Events that the recorded lines made: a line may make several. */
            events: number;
            /** @description What is odd about lines that were recorded. With dryRun only what titles, dates and parties tell. */
            warnings: components["schemas"]["LineWarning"][];
            /** @description All faults by their kind. */
            faults: components["schemas"]["FaultGroup"][];
            /** @description The faults of the first failed lines, in the order of the file. A line may have several. */
            errors: components["schemas"]["LineError"][];
            basis: components["schemas"]["Basis"];
        };
        /** @description A row of a file, as it was read. */
        ShownRow: {
            line: number;
            /** @description As it would be posted; absent: the row can not be read. */
            event?: unknown;
            /** @description Of a table. */
            cells?: {
                /** @description Its header, or its number where it has none. */
                column: string;
                text: string;
                /** @description What it is read as; none: it is left out. */
                fields: {
                    /** @description Our column. */
                    name: string;
                    /** @description Absent: it counts as empty. */
                    value?: unknown;
                }[];
            }[];
            /** @description Of its shape; what rules refuse stands in the report. */
            faults: {
                pointer: string;
                detail: string;
            }[];
        };
        ImportPreview: {
            /** @description Where the table needs a mapping and none is given: a first one, as JSON with comments. */
            mapping?: string;
            /** @description What the first mapping leaves open. */
            questions: string[];
            /** @description The first rows. */
            rows: components["schemas"]["ShownRow"][];
            report: components["schemas"]["ImportReport"];
        };
        /** @description What a sync does about one record. */
        SyncItem: {
            /** @description Of the row; absent where the list has none. */
            line?: number;
            key: string;
            /** @description Absent where the ledger makes one. */
            recordId?: string;
            /** @enum {unknown} */
            action: "new" | "changed" | "gone";
            changes: {
                /** @description RFC 6901; /sources/- is a source that is added. */
                path: string;
                from?: unknown;
                to?: unknown;
            }[];
        };
        SyncReport: {
            /** @description Of the file, the options and what is planned: send it as expect. */
            hash: string;
            /** @description Of every event of this sync. */
            correlationId: string;
            /** @description Rows that make a record. */
            new: number;
            /** @description Rows that change their record. */
            changed: number;
            /** @description Records that the list has no more; with missing=retract they are retracted. */
            gone: number;
            /** @description Rows whose record is as they say. */
            unchanged: number;
            /** @description Rows that can not be recorded. */
            refused: number;
            /** @description Events that it makes. */
            events: number;
            /** @description With expect: events that were recorded now. */
            recorded?: number;
            /** @description With expect: events that were recorded before. */
            alreadyRecorded?: number;
            /** @description Of what is new, changed or gone, a page. */
            items: components["schemas"]["SyncItem"][];
            /** @description The after of the next page. */
            next?: number;
            warnings: components["schemas"]["LineWarning"][];
            /** @description All faults by their kind. */
            faults: components["schemas"]["FaultGroup"][];
            /** @description The faults of the first refused rows. */
            errors: components["schemas"]["LineError"][];
            basis: components["schemas"]["Basis"];
        };
        /** @description A person or a program, and what it may do. */
        Principal: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            principalId: string;
            /** @description null: it was erased, or never known. */
            label: string | null;
            /** @description false: it may do nothing. */
            enabled: boolean;
            grants: components["schemas"]["Grant"][];
            /** @description Of the event that made it so. */
            position: number;
        };
        /** @description A token, without its text. */
        Token: {
            /** Format: uuid */
            tokenId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            principalId: string;
            label: string;
            /** @description It gives no more than these. Absent: all of its principal. */
            grants?: components["schemas"]["Grant"][];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expires: string;
            /** @description null: it was not revoked. */
            revokedAt: string | null;
            /** @description When it was used last, within an hour; null: never. */
            usedAt: string | null;
        };
        IssuedToken: {
            /** Format: uuid */
            tokenId: string;
            /** @description A slug: lower-case letters, digits and hyphens. */
            principalId: string;
            label: string;
            /** @description It gives no more than these. Absent: all of its principal. */
            grants?: components["schemas"]["Grant"][];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expires: string;
            /** @description null: it was not revoked. */
            revokedAt: string | null;
            /** @description When it was used last, within an hour; null: never. */
            usedAt: string | null;
            /** @description The token itself: shown here alone. */
            token: string;
        };
        /** @description What a route needs of whoever asks. */
        RouteAccess: {
            method: string;
            /** @description As in the OpenAPI document. */
            path: string;
            /**
             * @description nothing: open to everybody; principal: to whoever is known; read, record, audit, administer: to whoever has this right; export: to whoever may read the initiative that the query names, or audit all.
             * @enum {unknown}
             */
            access: "nothing" | "principal" | "read" | "record" | "audit" | "export" | "administer";
        };
        /** @description A right, where it holds, and the grant that gives it. */
        GivenRight: {
            /**
             * @description What can be done.
             * @enum {unknown}
             */
            right: "read" | "record" | "audit" | "administer";
            /** @description An initiative, which need not be registered yet, or * for all. */
            initiativeId: string;
            rule: components["schemas"]["Grant"];
        };
        /** @description A principal that has a right, and since when. */
        Holder: {
            /** @description A slug: lower-case letters, digits and hyphens. */
            principalId: string;
            /** @description As it is now; null: erased, or never known. */
            label: string | null;
            rule: components["schemas"]["Grant"];
            /** @description The event since which it has had the right without a break. */
            since: {
                position: number;
                /** Format: uuid */
                eventId: string;
                /** Format: date-time */
                recordedAt: string;
                recordedBy: string;
            };
            /** @description Where the proof is that the event is in the log. */
            proof: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProblems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page to read */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The code, as in the problem document. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page to read */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventsOfInitiative: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId?: string;
                /** @description The type of the event. Given several times: any of these types. */
                type?: ("InitiativeRegistered" | "MeetingHeld" | "MoUSigned" | "ProjectLaunched" | "FigureClaimed" | "RecordCorrected" | "EvidenceAdded" | "RecordRetracted" | "RecordReinstated" | "RecordReclassified" | "PersonalDataErased" | "LogContinued" | "PrincipalAdded" | "RightsChanged" | "PrincipalDisabled" | "PartyNamed" | "AliasesChanged")[];
                /** @description The kind that the record had before the event. */
                kind?: "initiative" | "meeting" | "mou" | "project" | "claim";
                /** @description The id of the principal who recorded it. */
                recordedBy?: string;
                /** @description Why a record was changed. */
                reasonCode?: "typing-error" | "wrong-source" | "late-information" | "publisher-changed" | "duplicate" | "never-happened" | "scope-decision" | "other";
                /** @description Recorded at or after an instant, or on or after a day in UTC. */
                recordedFrom?: string;
                /** @description Recorded at or before an instant, or by the end of a day in UTC. */
                recordedTo?: string;
                /** @description Recorded more than this many days after the last day on which it may have happened. */
                lateByDays?: number;
                /** @description By position; asc by default. */
                order?: "asc" | "desc";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/cloudevents-batch+json": components["schemas"]["CloudEvent"][];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordEvents: {
        parameters: {
            query?: {
                /** @description Says what would be recorded and records nothing. */
                dryRun?: boolean;
            };
            header?: {
                /** @description A repeat of the same request gets the first answer again. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostedEvent"] | components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description What would be recorded (dryRun), or everything was recorded before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Recorded, and safe on disk. */
            201: {
                headers: {
                    /** @description The first event. */
                    Location?: string;
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoEvents: {
        parameters: {
            query?: {
                /** @description Says what would be recorded and records nothing. */
                dryRun?: boolean;
            };
            header?: {
                /** @description A repeat of the same request gets the first answer again. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Undo"];
            };
        };
        responses: {
            /** @description What would be recorded (dryRun), or everything was recorded before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Recorded, and safe on disk. */
            201: {
                headers: {
                    /** @description The first event. */
                    Location?: string;
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId?: string;
                /** @description The type of the event. Given several times: any of these types. */
                type?: ("InitiativeRegistered" | "MeetingHeld" | "MoUSigned" | "ProjectLaunched" | "FigureClaimed" | "RecordCorrected" | "EvidenceAdded" | "RecordRetracted" | "RecordReinstated" | "RecordReclassified" | "PersonalDataErased" | "LogContinued" | "PrincipalAdded" | "RightsChanged" | "PrincipalDisabled" | "PartyNamed" | "AliasesChanged")[];
                /** @description The kind that the record had before the event. */
                kind?: "initiative" | "meeting" | "mou" | "project" | "claim";
                /** @description The id of the principal who recorded it. */
                recordedBy?: string;
                /** @description Why a record was changed. */
                reasonCode?: "typing-error" | "wrong-source" | "late-information" | "publisher-changed" | "duplicate" | "never-happened" | "scope-decision" | "other";
                /** @description Recorded at or after an instant, or on or after a day in UTC. */
                recordedFrom?: string;
                /** @description Recorded at or before an instant, or by the end of a day in UTC. */
                recordedTo?: string;
                /** @description Recorded more than this many days after the last day on which it may have happened. */
                lateByDays?: number;
                /** @description By position; asc by default. */
                order?: "asc" | "desc";
                /** @description Only events of this initiative. */
                initiativeId?: string;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/cloudevents-batch+json": components["schemas"]["CloudEvent"][];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
            };
            header?: never;
            path: {
                /** @description The eventId from the answer that recorded it. */
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventAnswer"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInitiatives: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
                /** @description With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again. */
                rows?: "party";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InitiativeList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getInitiative: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Initiative"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSummary: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOverallSummary: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OverallSummary"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMeetings: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                series?: string[];
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetingList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMeeting: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meeting"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMous: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description Standing records by default. Given several times: any of them. */
                standing?: ("true" | "false" | "all")[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
                /** @description With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again. */
                rows?: "party";
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjects: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description Standing records by default. Given several times: any of them. */
                standing?: ("true" | "false" | "all")[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
                /** @description With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again. */
                rows?: "party";
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRecordsOfInitiative: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description The kind of the record. Given several times: any of them. */
                kind?: ("initiative" | "meeting" | "mou" | "project" | "claim")[];
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description Standing records by default. Given several times: any of them. */
                standing?: ("true" | "false" | "all")[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
                /** @description With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again. */
                rows?: "party";
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRecords: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description The kind of the record. Given several times: any of them. */
                kind?: ("initiative" | "meeting" | "mou" | "project" | "claim")[];
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description Standing records by default. Given several times: any of them. */
                standing?: ("true" | "false" | "all")[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
                /** @description With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again. */
                rows?: "party";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRecord: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer, with its basis */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordAnswer"];
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHistory: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only versions that changed something at this path, below it, or as a whole above it: /data/title, /sources. */
                path?: string;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDifference: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description A version of the record; by default the first. */
                from?: number;
                /** @description A version of the record, earlier or later; by default the newest. */
                to?: number;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Difference"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPartiesOfInitiative: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description Where the page begins, as the Link header of the page before says. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartyList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listParties: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description Where the page begins, as the Link header of the page before says. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartyList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nameParty: {
        parameters: {
            query?: {
                /** @description Says what would be recorded and records nothing. */
                dryRun?: boolean;
            };
            header?: {
                /** @description A repeat of the same request gets the first answer again. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: visible
                     * @description The name under which the party is listed. Never that of a person: nothing can erase it.
                     */
                    name: string;
                    /** @description Other names that mean the same party, compared as filters compare them; none: its name means itself alone. */
                    aliases: string[];
                    /** @description An ISO 3166 code of a country (SG) or of a part of it (CN-GD). */
                    country?: string;
                    reason: components["schemas"]["Reason"];
                };
            };
        };
        responses: {
            /** @description What would be recorded (dryRun), or everything was recorded before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Recorded, and safe on disk. */
            201: {
                headers: {
                    /** @description The first event. */
                    Location?: string;
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countInitiative: {
        parameters: {
            query: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description The kind of the record. Given several times: any of them. */
                kind?: ("initiative" | "meeting" | "mou" | "project" | "claim")[];
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description One or two of party, pillar, zone, sector, instrument, country, year, meeting, tier, role, kind, publisher: joined by a comma, or given twice. */
                by: string[];
                /** @description Only so many, and the others as one item. */
                top?: number;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Divided"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countAll: {
        parameters: {
            query: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description The kind of the record. Given several times: any of them. */
                kind?: ("initiative" | "meeting" | "mou" | "project" | "claim")[];
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description The whole name of a party. Names of persons are not searched. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                party?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                pillar?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                zone?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                sector?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                instrument?: string[];
                /** @description Whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                country?: string[];
                /** @description The whole name of a place: of the milestone, of its occasion, or of the meeting. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                place?: string[];
                /** @description A slug: lower-case letters, digits and hyphens. Given several times: any of them. */
                meetingId?: string[];
                /** @description The sender's own id of the record, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                externalId?: string[];
                /** @description The correlationId of any event of the record, exactly. Given several times: any of them. */
                correlationId?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description true: with a title; false: without. Given several times: any of them. */
                named?: boolean[];
                /** @description true: without a date; false: with one. Given several times: any of them. */
                undated?: boolean[];
                /** @description In force on a day, the last of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                inForceOn?: string[];
                /** @description Only records whose validUntil ends by the end of a date: 2023, 2023-12 or 2023-12-14. Given several times: any of them. */
                endsBy?: string[];
                /** @description The whole name of a party. Given several times: all of these parties. */
                "party.all"?: string[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description One or two of party, pillar, zone, sector, instrument, country, year, tier, role, kind, publisher: joined by a comma, or given twice. */
                by: string[];
                /** @description Only so many, and the others as one item. */
                top?: number;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Divided"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listClaimsOfInitiative: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description The counted thing, such as mous. Given several times: any of them. */
                metric?: string[];
                /** @description Whole; terms that are joined by + in any order. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                scope?: string[];
                /** @description The result of the comparison. Given several times: any of them. */
                status?: ("matches" | "over" | "short" | "undecided" | "about" | "not-comparable")[];
                /** @description Whether another claim of the same metric and scope, for the same last day, contradicts it: no count satisfies both. nearly reaches from 90 % of its value up to it, about 10 % each way. */
                conflicting?: boolean;
                /** @description The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either. */
                sort?: "date" | "title" | "party" | "recorded" | "-date" | "-title" | "-party" | "-recorded";
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listClaims: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
                /** @description Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference. Given several times: any of them. */
                q?: string[];
                /** @description Of one source, whole. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                publisher?: string[];
                /** @description The URL or archive URL of a source, in any equivalent form. Given several times: any of them. */
                sourceUrl?: string[];
                /** @description With this number of sources: 0, 1, 2 … Given several times: any of them. */
                sources?: number[];
                /** @description true: without any source; false: with at least one. Given several times: any of them. */
                unsourced?: boolean[];
                /** @description Only records that happened on or after the first day of this date, and those that may have, marked possible: 2023, 2023-12 or 2023-12-14. */
                from?: string;
                /** @description The counted thing, such as mous. Given several times: any of them. */
                metric?: string[];
                /** @description Whole; terms that are joined by + in any order. Case, blanks, apostrophes and the way that characters are composed make no difference. Given several times: any of them. */
                scope?: string[];
                /** @description The result of the comparison. Given several times: any of them. */
                status?: ("matches" | "over" | "short" | "undecided" | "about" | "not-comparable")[];
                /** @description Whether another claim of the same metric and scope, for the same last day, contradicts it: no count satisfies both. nearly reaches from 90 % of its value up to it, about 10 % each way. */
                conflicting?: boolean;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: string;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimList"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listChanges: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description A position, an instant (RFC 3339) or a date (its end in UTC). The default is before the first event. */
                from?: string;
                /** @description A position, an instant or a date; by default the end of the log. */
                to?: string;
                /** @description Adds the number of items on this page and the pages after it. */
                count?: boolean;
                /** @description Items on a page at most, 100 by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages. */
                limit?: number;
                /** @description The start of the page, from the Link header of the page before. */
                after?: number;
                /** @description csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list. */
                format?: "json" | "csv" | "ndjson";
                /** @description With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut. */
                excel?: boolean;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once. */
            200: {
                headers: {
                    /** @description Weak: over everything but asOf and basis. */
                    ETag?: string;
                    /** @description rel="next": the next page, as of the position of this one. */
                    Link?: string;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    /** @description With count=true: the number of items on this page and the pages after it. */
                    "Total-Count"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDataPackage: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14. */
                until?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A zip */
            200: {
                headers: {
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpoint: {
        parameters: {
            query?: {
                /** @description Of the tree that the checkpoint is of. */
                size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpointForMonitors: {
        parameters: {
            query?: {
                /** @description Of the tree that the checkpoint is of. */
                size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, the oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Keys"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proveInclusion: {
        parameters: {
            query: {
                /** @description Of the event. */
                position: number;
                /** @description Of the tree; at least the position. */
                size: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InclusionProof"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proveConsistency: {
        parameters: {
            query: {
                /** @description The smaller size. */
                from: number;
                /** @description The larger size. */
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsistencyProof"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proveEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the event. */
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A tlog-proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportLog: {
        parameters: {
            query?: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description Only leaves after this position. */
                after?: number;
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The leaves, one a line */
            200: {
                headers: {
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Tree-Size"?: number;
                    /** @description The basis of an answer that is not JSON. */
                    "Basis-Root-Hash"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The level of the tile, beginning with 0. */
                level: string;
                /** @description Three digits. An index of 1,000 or more is written in several parts (x001/234). A partial tile ends in .p/ and its width (001.p/45). */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Three digits. An index of 1,000 or more is written in several parts (x001/234). A partial tile ends in .p/ and its width (001.p/45). */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rebuild: {
        parameters: {
            query?: {
                /** @description The read models to rebuild; all by default. */
                view?: ("records" | "counts")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The progress and the outcome */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["RebuildLine"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Only events after this position. */
                after?: number;
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId?: string;
                /** @description A slug: lower-case letters, digits and hyphens. */
                recordId?: string;
                /** @description The type of the event. Given several times: any of these types. */
                type?: ("InitiativeRegistered" | "MeetingHeld" | "MoUSigned" | "ProjectLaunched" | "FigureClaimed" | "RecordCorrected" | "EvidenceAdded" | "RecordRetracted" | "RecordReinstated" | "RecordReclassified" | "PersonalDataErased" | "LogContinued" | "PrincipalAdded" | "RightsChanged" | "PrincipalDisabled" | "PartyNamed" | "AliasesChanged")[];
                /** @description The kind that the record had before the event. */
                kind?: "initiative" | "meeting" | "mou" | "project" | "claim";
                /** @description The id of the principal who recorded it. */
                recordedBy?: string;
                /** @description Why a record was changed. */
                reasonCode?: "typing-error" | "wrong-source" | "late-information" | "publisher-changed" | "duplicate" | "never-happened" | "scope-decision" | "other";
                /** @description Recorded at or after an instant, or on or after a day in UTC. */
                recordedFrom?: string;
                /** @description Recorded at or before an instant, or by the end of a day in UTC. */
                recordedTo?: string;
                /** @description Recorded more than this many days after the last day on which it may have happened. */
                lateByDays?: number;
                /** @description The data of each is a CloudEvent, in its JSON format. */
                format?: "cloudevents";
            };
            header?: {
                /** @description The position of the last event that the reader has; goes before after. */
                "last-event-id"?: number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events, without end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPrincipals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The principals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Principal"][];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addPrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: visible */
                    label: string;
                    grants: components["schemas"]["Grant"][];
                    reason: components["schemas"]["Reason"];
                };
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The principal */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeRights: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    grants: components["schemas"]["Grant"][];
                    reason: components["schemas"]["Reason"];
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disablePrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: components["schemas"]["Reason"];
                };
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erasePrincipal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Token"][];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A slug: lower-case letters, digits and hyphens. */
                    principalId?: string;
                    /** Format: visible */
                    label: string;
                    grants?: components["schemas"]["Grant"][];
                    /** @description An instant (RFC 3339), or days from now: 30d. At most 400 days ahead. */
                    expires: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From the answer that made it, or the list. */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccess: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The routes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["RouteAccess"][];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whoever asks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A slug: lower-case letters, digits and hyphens. */
                        principalId: string;
                        /** @description Whether the ledger is open to everybody on its machine. */
                        open: boolean;
                        rights: components["schemas"]["GivenRight"][];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWhoMay: {
        parameters: {
            query: {
                /** @description What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC. */
                asOf?: string;
                /** @description As the ledger knew it after this position. */
                asOfPosition?: number;
                /** @description What can be done. */
                right: "read" | "record" | "audit" | "administer";
                /** @description An initiative, which need not be registered yet, or * for all. */
                initiative: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The principals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Holder"][];
                        asOf: components["schemas"]["AsOf"];
                        basis: components["schemas"]["Basis"];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainAccess: {
        parameters: {
            query: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principal: string;
                /** @description A method and a path of GET /v1/access: GET /v1/summary. */
                route: string;
                /** @description An initiative, which need not be registered yet, or * for all. */
                initiative?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowed: boolean;
                        /** @enum {unknown} */
                        needs: "nothing" | "principal" | "read" | "record" | "audit" | "export" | "administer";
                        rule?: components["schemas"]["Grant"];
                        grants: components["schemas"]["Grant"][];
                        explanation: string;
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventSchemas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event types */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            type: string;
                            description: string;
                            /** Format: uri */
                            schema: string;
                        }[];
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as MoUSigned. */
                eventType: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Schema */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The answer has the ETag that If-None-Match names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAsyncApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An AsyncAPI 3 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                principalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importEvents: {
        parameters: {
            query?: {
                /** @description A label of the file. An eventId that a line lacks is derived from initiative, label, content and place among equal lines; so equal lines of files with different labels are different events. */
                importId?: string;
                /** @description All lines or none; at most 10000 events. */
                atomic?: boolean;
                /** @description Says what would happen and records nothing. */
                dryRun?: boolean;
                /** @description csv: only the first 1,000 faults, as a table of row, column, value, fault and advice. */
                format?: "json" | "csv";
                /** @description How to read a table with other headers: a mapping as JSON, see docs/import.md. */
                mapping?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"type":"MoUSigned","repeat":8,"data":{"meetingId":"jic-4"}} */
                "application/x-ndjson": string;
                /**
                 * @example type,occurredOn,data.title,source.publisher
                 *     MoUSigned,2023-12-14,A title,Smart Cities World
                 */
                "text/csv": string;
                /**
                 * @example type	occurredOn
                 *     MoUSigned	2023
                 */
                "text/tab-separated-values": string;
                /** @example  */
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                /** @example  */
                "application/vnd.oasis.opendocument.spreadsheet": string;
                "multipart/form-data": {
                    /** @description How to read a table with other headers; it stands before the file. */
                    mapping?: string;
                    /** @description A file of one of the other types: by the suffix of its name, else by its own type. */
                    file: string;
                };
            };
        };
        responses: {
            /** @description The result of the import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                    "text/csv": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewImport: {
        parameters: {
            query?: {
                /** @description How to read a table with other headers: a mapping as JSON, see docs/import.md. */
                mapping?: string;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"type":"MoUSigned","repeat":8,"data":{"meetingId":"jic-4"}} */
                "application/x-ndjson": string;
                /**
                 * @example type,occurredOn,data.title,source.publisher
                 *     MoUSigned,2023-12-14,A title,Smart Cities World
                 */
                "text/csv": string;
                /**
                 * @example type	occurredOn
                 *     MoUSigned	2023
                 */
                "text/tab-separated-values": string;
                /** @example  */
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                /** @example  */
                "application/vnd.oasis.opendocument.spreadsheet": string;
                "multipart/form-data": {
                    /** @description How to read a table with other headers; it stands before the file. */
                    mapping?: string;
                    /** @description A file of one of the other types: by the suffix of its name, else by its own type. */
                    file: string;
                };
            };
        };
        responses: {
            /** @description What an import would do. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportPreview"];
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncList: {
        parameters: {
            query: {
                /** @description What tells the rows apart: externalId, recordId, or a column; repeated, they are the key together. It becomes the externalId of the records. */
                key: string[];
                /** @description Why records are changed: it stands in every correction and retraction. */
                reason: string;
                /** @description The default is publisher-changed. */
                reasonCode?: "typing-error" | "wrong-source" | "late-information" | "publisher-changed" | "never-happened" | "scope-decision" | "other";
                /** @description Where the list is published, as JSON: a source as it is posted. It is recorded with every event that makes or changes a record. */
                source?: string;
                /** @description Instead of source: its publisher. */
                publisher?: string;
                /** @description Beside publisher: its URL. */
                url?: string;
                /** @description What is done about records that the list has no more. The default is to keep them. */
                missing?: "keep" | "retract";
                /** @description The hash of a preview: exactly that is recorded. Without it nothing is. */
                expect?: string;
                /** @description How to read a table with other headers: a mapping as JSON, see docs/import.md. */
                mapping?: string;
                /** @description csv: only the first 1,000 faults, as a table of row, column, value, fault and advice. */
                format?: "json" | "csv";
                /** @description Items of a page. The default is 100. */
                limit?: number;
                /** @description As next of the page before says. */
                after?: number;
            };
            header?: never;
            path: {
                /** @description A slug: lower-case letters, digits and hyphens. */
                initiativeId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"type":"MoUSigned","repeat":8,"data":{"meetingId":"jic-4"}} */
                "application/x-ndjson": string;
                /**
                 * @example type,occurredOn,data.title,source.publisher
                 *     MoUSigned,2023-12-14,A title,Smart Cities World
                 */
                "text/csv": string;
                /**
                 * @example type	occurredOn
                 *     MoUSigned	2023
                 */
                "text/tab-separated-values": string;
                /** @example  */
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                /** @example  */
                "application/vnd.oasis.opendocument.spreadsheet": string;
                "multipart/form-data": {
                    /** @description How to read a table with other headers; it stands before the file. */
                    mapping?: string;
                    /** @description A file of one of the other types: by the suffix of its name, else by its own type. */
                    file: string;
                };
            };
        };
        responses: {
            /** @description The preview, or what was recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncReport"];
                    "text/csv": string;
                };
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logOut: {
        parameters: {
            query?: {
                /** @description Where the browser goes then: a path of this service. */
                return?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Logged out, and on to the path that the query names */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request was refused, and nothing was recorded. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The ledger could not answer. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
