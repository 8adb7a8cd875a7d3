using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;

namespace Partnership.Gateway.Operations;

/// <summary>How an operation is carried out.</summary>
public enum OperationKind
{
    /// <summary>One record by id.</summary>
    Read,

    /// <summary>A photo or a document of a record, whole.</summary>
    Document,

    /// <summary>A page of records within the caller's reach.</summary>
    List,

    /// <summary>A new record that rests on no existing one.</summary>
    Submit,

    /// <summary>A command on an existing record.</summary>
    Change,
}

/// <summary>One thing a caller can ask of the gateway. What is not in <see cref="OperationTable"/> does not exist.</summary>
public sealed record Operation
{
    public required string Method { get; init; }

    /// <summary>Route pattern; <c>{id}</c> is the record.</summary>
    public required string Pattern { get; init; }
    public required OperationKind Kind { get; init; }
    public required string RecordType { get; init; }

    /// <summary>Word of the agreement: submit, consult, change, search.</summary>
    public required string Verb { get; init; }

    /// <summary>For changes: which command, such as <c>accept</c>.</summary>
    public string? Command { get; init; }

    /// <summary>Service that holds the record, and its audience.</summary>
    public required string Service { get; init; }

    /// <summary>Scheme whose pseudonyms apply.</summary>
    public required string Scheme { get; init; }

    /// <summary>Path of the record a change is decided by; <c>{id}</c> as in the pattern.</summary>
    public string? RecordPath { get; init; }

    /// <summary>
    /// For a record that is found by other things than its id, such as the request to one agency by its case and that agency:
    /// where its facts are, with the values of the route and the query in their places. Its id comes with them.
    /// </summary>
    public string? FactsPath { get; init; }

    /// <summary>For changes: it makes a record, whose address is the answer's <c>Location</c>.</summary>
    public bool Creates { get; init; }

    /// <summary>Query parameters passed on; every other is refused. Codes, dates and ids only.</summary>
    public IReadOnlyList<string> QueryParameters { get; init; } = [];

    /// <summary>The query or body must name a scheme that the caller's role is for.</summary>
    public bool NamesScheme { get; init; }
    public bool Idempotent { get; init; }

    /// <summary>For documents: the field group they belong to, all of which the caller must have.</summary>
    public string? DocumentGroup { get; init; }

    /// <summary>For documents: what they may be.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>Only for a session that began with a second factor.</summary>
    public bool SecondFactor { get; init; }

    /// <summary>Whether an emergency can open it: the read of one record of casework.</summary>
    public bool EmergencyOpens => Kind == OperationKind.Read && !IsOfSharing;

    /// <summary>The records that sharing itself leaves, such as entries and emergencies.</summary>
    public bool IsOfSharing => RecordType.StartsWith("sharing.", StringComparison.Ordinal);
    public required string Summary { get; init; }

    /// <summary>Views whose records the operation answers with.</summary>
    public Type View => OperationTable.ViewOf(RecordType);
}

/// <summary>The operations one gateway offers: <see cref="OperationTable.All"/>, and those a test adds.</summary>
public sealed record OperationList(IReadOnlyList<Operation> All);

/// <summary>Every operation the gateway offers.</summary>
public static class OperationTable
{
    private const string Marac = "marac", InformationSharing = "information-sharing", Sharing = "sharing";

    public static IReadOnlyDictionary<string, Type> Views { get; } = new Dictionary<string, Type>
    {
        [RecordTypes.MaracReferral] = typeof(ReferralView),
        [RecordTypes.MaracCase] = typeof(CaseView),
        [RecordTypes.MaracResearchRequest] = typeof(ResearchRequestView),
        [RecordTypes.MaracResearchReturn] = typeof(ResearchReturnView),
        [RecordTypes.MaracAction] = typeof(ActionView),
        [RecordTypes.MaracMeeting] = typeof(MeetingView),
        [RecordTypes.MaracFlag] = typeof(FlagView),
        [RecordTypes.SharingEntry] = typeof(EntryView),
        [RecordTypes.SharingEmergency] = typeof(EmergencyView),
    };

    public static IReadOnlyList<Operation> All { get; } =
    [
        Submit("/marac/referrals", RecordTypes.MaracReferral, "Refer somebody at high risk to MARAC."),
        Read("/marac/referrals/{id:guid}", RecordTypes.MaracReferral, "Read a referral."),
        List("/marac/referrals", RecordTypes.MaracReferral, "Referrals within reach, newest first."),
        Change("POST", "/marac/referrals/{id:guid}/accept", RecordTypes.MaracReferral, "accept", "Accept a referral, which opens the case.") with { Idempotent = true, Creates = true },
        Change("POST", "/marac/referrals/{id:guid}/redirect", RecordTypes.MaracReferral, "redirect", "Propose another service, for a second look."),
        Change("POST", "/marac/referrals/{id:guid}/confirm-redirect", RecordTypes.MaracReferral, "confirm-redirect", "The supervisor's second look."),
        Change("POST", "/marac/referrals/{id:guid}/withdraw", RecordTypes.MaracReferral, "withdraw", "Withdraw a referral made in error."),
        Read("/marac/cases/{id:guid}", RecordTypes.MaracCase, "Read a case."),
        List("/marac/cases", RecordTypes.MaracCase, "Cases within reach, newest first."),
        .. OfAgency("members", "members", "List an agency and team on the case.", "Take an agency and team off the case."),
        .. OfAgency("relations", "relations", "Record tenancy, known-to or supporting on the agency's statement.", "End an agency's relations."),
        .. OfAgency("needs", "needs", "Record an agency's need to know, with its groups and end.", "End an agency's need."),
        Change("PUT", "/marac/cases/{id:guid}/summary", RecordTypes.MaracCase, "summary", "Write the summary of the case."),
        .. OfCase(),
        .. OfMeeting(),
        List("/sharing/disclosures", RecordTypes.SharingEntry, "Who has seen what, by record, agency or period.") with
        {
            Service = InformationSharing, Scheme = Sharing, NamesScheme = true,
            QueryParameters = ["scheme", "record", "agency", "from", "to"],
        },
        List("/sharing/disclosures/search", RecordTypes.SharingEntry, "Who has seen what of one subject.") with
        {
            Method = "POST", Verb = Contracts.Operations.Search, Service = InformationSharing, Scheme = Sharing, NamesScheme = true,
        },
        // Emergencies exist for MARAC alone, so they go under its pseudonyms and into its ledger.
        Submit("/sharing/emergencies", RecordTypes.SharingEmergency, "Open an emergency: one person, half an hour, read only.") with
        {
            Service = InformationSharing, SecondFactor = true,
        },
        Read("/sharing/emergencies/{id:guid}", RecordTypes.SharingEmergency, "Read an emergency.") with { Service = InformationSharing },
        List("/sharing/emergencies", RecordTypes.SharingEmergency, "Emergencies, newest first.") with { Service = InformationSharing },
        Change("POST", "/sharing/emergencies/{id:guid}/review", RecordTypes.SharingEmergency, "review", "Say whether an emergency was justified.") with { Service = InformationSharing },
    ];

    public static Type ViewOf(string recordType) => Views[recordType];

    private static Operation Read(string pattern, string type, string summary) => new()
    {
        Method = "GET",
        Pattern = pattern,
        Kind = OperationKind.Read,
        RecordType = type,
        Verb = Contracts.Operations.Consult,
        Service = Marac,
        Scheme = Marac,
        Summary = summary,
    };

    private static Operation List(string pattern, string type, string summary) => new()
    {
        Method = "GET",
        Pattern = pattern,
        Kind = OperationKind.List,
        RecordType = type,
        Verb = Contracts.Operations.Consult,
        Service = Marac,
        Scheme = Marac,
        Summary = summary,
    };

    private static Operation Submit(string pattern, string type, string summary) => new()
    {
        Method = "POST",
        Pattern = pattern,
        Kind = OperationKind.Submit,
        RecordType = type,
        Verb = Contracts.Operations.Submit,
        Service = Marac,
        Scheme = Marac,
        Idempotent = true,
        Summary = summary,
    };

    private static Operation Change(string method, string pattern, string type, string command, string summary) => new()
    {
        Method = method,
        Pattern = pattern,
        Kind = OperationKind.Change,
        RecordType = type,
        Verb = Contracts.Operations.Change,
        Command = command,
        Service = Marac,
        Scheme = Marac,
        Summary = summary,
        RecordPath = pattern[..(pattern.IndexOf('}', StringComparison.Ordinal) + 1)].Replace("{id:guid}", "{id}", StringComparison.Ordinal),
    };

    private static IEnumerable<Operation> OfAgency(string part, string command, string put, string delete) =>
    [
        Change("PUT", $"/marac/cases/{{id:guid}}/{part}/{{agency}}", RecordTypes.MaracCase, command, put) with { QueryParameters = ["team"] },
        Change("DELETE", $"/marac/cases/{{id:guid}}/{part}/{{agency}}", RecordTypes.MaracCase, command, delete) with { QueryParameters = ["team"] },
    ];

    /// <summary>What sharing rests on, the way of a case through its meeting, and what stays of it.</summary>
    private static IEnumerable<Operation> OfCase() =>
    [
        Change("PUT", "/marac/cases/{id:guid}/unsafe-copies", RecordTypes.MaracCase, "unsafe-copies", "Record whose copies a perpetrator can reach."),
        Change("PUT", "/marac/cases/{id:guid}/readers", RecordTypes.MaracCase, "readers", "Restrict the case to named readers, or open it again."),
        Change("POST", "/marac/cases/{id:guid}/conflicts", RecordTypes.MaracCase, "conflicts", "Bar somebody from the case at once."),
        Change("POST", "/marac/cases/{id:guid}/conflicts/{conflictId:guid}/resolve", RecordTypes.MaracCase, "resolve-conflict", "Find that somebody is not barred after all."),
        Change("POST", "/marac/cases/{id:guid}/holds/{holdId:guid}/clear", RecordTypes.MaracCase, "holds", "Find that a held text does not tell where the victim is."),
        Change("POST", "/marac/cases/{id:guid}/amendments", RecordTypes.MaracCase, "amendments", "Record a changed address or phone of the victim."),
        Change("POST", "/marac/cases/{id:guid}/list", RecordTypes.MaracCase, "list", "Put the case on the agenda of a meeting."),
        Change("POST", "/marac/cases/{id:guid}/hear", RecordTypes.MaracCase, "hear", "The meeting has heard the case."),
        Change("POST", "/marac/cases/{id:guid}/issue", RecordTypes.MaracCase, "issue", "Issue minutes and action plan to the members."),
        Change("POST", "/marac/cases/{id:guid}/close", RecordTypes.MaracCase, "close", "Close the case, all actions final; raises the flag."),
        List("/marac/search", RecordTypes.MaracCase, "Cases of people who may be the one described.") with
        {
            Method = "POST", Verb = Contracts.Operations.Search,
        },
        Submit("/marac/meetings", RecordTypes.MaracMeeting, "Schedule a meeting."),
        Read("/marac/meetings/{id:guid}", RecordTypes.MaracMeeting, "Read a meeting."),
        List("/marac/meetings", RecordTypes.MaracMeeting, "Meetings, latest first."),
        Read("/marac/flags/{id:guid}", RecordTypes.MaracFlag, "Read a flag."),
        List("/marac/flags", RecordTypes.MaracFlag, "Flags of cases within reach, newest first."),
    ];

    /// <summary>Research, minutes and actions of a case.</summary>
    private static IEnumerable<Operation> OfMeeting() =>
    [
        Change("POST", "/marac/cases/{id:guid}/request-research", RecordTypes.MaracCase, "request-research", "Ask every listed agency what it knows."),
        Read("/marac/research-requests/{id:guid}", RecordTypes.MaracResearchRequest, "Read whom to look for."),
        List("/marac/research-requests", RecordTypes.MaracResearchRequest, "Research requests within reach, newest first."),
        Change("PUT", "/marac/cases/{id:guid}/research/{agency}", RecordTypes.MaracResearchRequest, "return", "Return what an agency knows, or that it knows nobody.") with
        {
            QueryParameters = ["team"], FactsPath = "/marac/cases/{id}/research/{agency}/facts", RecordPath = "/marac/research-requests/{id}",
        },
        Read("/marac/research-returns/{id:guid}", RecordTypes.MaracResearchReturn, "Read an agency's return."),
        List("/marac/research-returns", RecordTypes.MaracResearchReturn, "Research returns within reach, newest first."),
        Change("PUT", "/marac/research/{id:guid}/items/{itemId:guid}/caldicott", RecordTypes.MaracResearchReturn, "caldicott", "Agree to the release of a health item.") with
        {
            RecordPath = "/marac/research-returns/{id}",
        },
        Change("POST", "/marac/cases/{id:guid}/minutes", RecordTypes.MaracCase, "minutes", "Add lines to the minutes.") with { Idempotent = true },
        Change("POST", "/marac/cases/{id:guid}/actions", RecordTypes.MaracCase, "actions", "Assign an action.") with { Idempotent = true, Creates = true },
        Read("/marac/actions/{id:guid}", RecordTypes.MaracAction, "Read an action."),
        List("/marac/actions", RecordTypes.MaracAction, "Actions within reach, newest first."),
        Change("POST", "/marac/actions/{id:guid}/confirm-need", RecordTypes.MaracAction, "confirm-need", "Confirm what an action's owner needs."),
        Change("POST", "/marac/actions/{id:guid}/outcome", RecordTypes.MaracAction, "outcome", "Record what became of an action."),
    ];
}
