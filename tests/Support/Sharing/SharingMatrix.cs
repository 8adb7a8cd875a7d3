using Partnership.Contracts;

namespace Partnership.Tests.Support.Sharing;

/// <summary>
/// The partnership's matrix of MARAC, written by hand from the domain file and not from the agreement: a slip in either shows as
/// a difference. Pure tests decide every cell by it with every condition on and off; platform tests drive the gateway by it.
/// </summary>
/// <remarks>
/// Cells: <c>Y</c> whole, <c>-</c> nothing, <c>F</c> yes or no, <c>need</c> while the coordinator has recorded one, <c>location</c>
/// where the victim's location is whole, <c>known</c> only those known to the agency, <c>somebody</c> whole when anybody is,
/// <c>tenancy</c> only the address of its own tenancy, <c>summary</c> when somebody wrote one, <c>own</c>, <c>ticked</c> and
/// <c>health</c> only such items, <c>child</c> on child cases. <c>|</c> is either, <c>&amp;</c> is both.
/// Gates, before the cells: <c>all</c> no condition, otherwise what must be so for the record to exist for the reader.
/// </remarks>
public static class SharingMatrix
{
    /// <summary>Groups a recorded need names wherever <see cref="On.Need"/> is on: more than any cell lets through.</summary>
    public static IReadOnlyList<string> NeedGroups { get; } =
    [
        "protection", "triage", "victim-identity", "diversity", "victim-location", "safe-contact", "perpetrator-identity", "children", "child-places", "risk-checklist",
        "narrative", "shared-research", "internal-research", "minutes", "actions",
    ];

    /// <summary>Groups whose texts are held wherever <see cref="On.Held"/> is on.</summary>
    public static IReadOnlyList<string> HeldGroups { get; } = ["narrative", "summary"];

    public static IReadOnlyList<string> LostByUnsafeCopy { get; } = ["victim-location", "safe-contact", "child-places"];

    public static IReadOnlyList<string> KeepsDespiteUnsafeCopy { get; } = ["marac-coordinator", "marac-supervisor", "idva"];

    /// <summary>NR9: the coordinator, the supervisor and the chairs; and everybody of ICB.</summary>
    public static IReadOnlyList<string> CoordinationRoles { get; } = ["marac-coordinator", "marac-supervisor", "marac-chair"];

    public static string HealthAgency => "ICB";

    /// <summary>A case, read for the meeting (4a, and <c>diversity</c>, <c>safe-contact</c>, <c>child-places</c> by the names of the groups).</summary>
    public static MatrixTable Case { get; } = new(
        RecordTypes.MaracCase,
        """
        person             gate        protection meta triage victim-identity diversity  victim-location safe-contact  perpetrator-identity children child-places risk-checklist narrative summary shared-research minutes      actions
        coordinator        all         Y          Y    Y      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               Y            Y
        supervisor         all         Y          Y    Y      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               Y            Y
        marac-chair        all         Y          Y    Y      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               Y            Y
        independent-chair  all         Y          Y    Y      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               Y            Y
        health-chair       all         Y          Y    Y      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               Y            Y
        pvp                member      Y          Y    -      Y               need       Y               Y             Y                    Y        Y            Y              Y         summary Y               ticked       own
        idva               member      Y          Y    -      Y               Y          Y               Y             Y                    Y        Y            Y              Y         summary Y               ticked       own
        csc                member      -          Y    -      Y               need       Y               Y             Y                    Y        Y            Y              Y         summary child|own       child&ticked own
        asc                member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        housing            member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        health             member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        acute              member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        general-practice   member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        ambulance          member      -          Y    -      Y               need       need            need|location Y                    Y        location     Y              Y         summary Y               ticked       own
        probation          member      -          Y    -      Y               need       need            need|location Y                    F        -            Y              Y         summary Y               ticked       own
        prison             member      -          Y    -      Y               need       need            need|location Y                    F        -            Y              Y         summary Y               ticked       own
        landlord           member      -          Y    -      Y               need       tenancy         -             Y                    F        -            -              -         summary ticked|own      ticked       own
        fire               member      -          Y    -      known           known&need -               -             somebody             known    -            -              -         summary ticked|own      ticked       own
        youth              member      -          Y    -      known           known&need -               -             somebody             known    -            -              -         summary ticked|own      ticked       own
        treatment          member      -          Y    -      known           known&need -               -             somebody             known    -            -              -         summary ticked|own      ticked       own
        education          member      -          Y    -      known           known&need -               -             somebody             known    known        -              -         summary ticked|own      ticked       own
        victims-hub        supporting  -          Y    -      Y               need       -               Y             -                    -        -            -              -         -       own             -            own
        """);

    /// <summary>A referral, followed by whoever made it.</summary>
    public static MatrixTable OwnReferral { get; } = new(
        RecordTypes.MaracReferral,
        "person gate protection meta triage victim-identity diversity victim-location safe-contact perpetrator-identity children child-places risk-checklist narrative\n"
        + string.Join('\n', Referrers().Select(person => $"{person} own - Y - open open open open open open open open open")));

    /// <summary>A referral at triage.</summary>
    public static MatrixTable TriagedReferral { get; } = new(
        RecordTypes.MaracReferral,
        """
        person             gate protection meta triage victim-identity diversity victim-location safe-contact perpetrator-identity children child-places risk-checklist narrative
        coordinator        all  Y          Y    Y      Y               Y         Y               Y            Y                    Y        Y            Y              Y
        supervisor         all  Y          Y    Y      Y               Y         Y               Y            Y                    Y        Y            Y              Y
        marac-chair        all  Y          Y    Y      Y               Y         Y               Y            Y                    Y        Y            Y              Y
        independent-chair  all  Y          Y    Y      Y               Y         Y               Y            Y                    Y        Y            Y              Y
        health-chair       all  Y          Y    Y      Y               Y         Y               Y            Y                    Y        Y            Y              Y
        """);

    /// <summary>What an agency is asked to look for (4e, Research).</summary>
    public static MatrixTable ResearchRequest { get; } = new(
        RecordTypes.MaracResearchRequest,
        """
        person             gate                 meta search-details victim-location
        coordinator        all                  Y    Y              Y
        supervisor         all                  Y    Y              Y
        marac-chair        all                  Y    Y              Y
        independent-chair  all                  Y    Y              Y
        health-chair       all                  Y    Y              Y
        pvp                addressee            Y    Y              Y
        idva               addressee            Y    Y              Y
        csc                addressee            Y    Y              Y
        asc                addressee            Y    Y              need
        housing            addressee            Y    Y              need
        health             addressee            Y    Y              need
        acute              addressee            Y    Y              need
        general-practice   addressee            Y    Y              need
        ambulance          addressee            Y    Y              need
        probation          addressee            Y    Y              need
        prison             addressee            Y    Y              need
        landlord           addressee            Y    Y              tenancy
        fire               addressee            Y    Y              -
        youth              addressee            Y    Y              -
        treatment          addressee            Y    Y              -
        education          addressee            Y    Y              -
        victims-hub        addressee+supporting Y    Y              -
        """);

    /// <summary>What an agency found: its own whole (M9 O), its shared part for the coordination, its health items for its guardian.</summary>
    public static MatrixTable ResearchReturn { get; } = new(
        RecordTypes.MaracResearchReturn,
        """
        person             gate       meta triage shared-research internal-research
        coordinator        all        Y    Y      Y               -
        supervisor         all        Y    Y      Y               -
        marac-chair        all        Y    Y      Y               -
        independent-chair  all        Y    Y      Y               -
        health-chair       all        Y    Y      Y               -
        """
        + string.Concat(Represented().Append("victims-hub").Select(person => $"\n{person} own-agency Y - Y Y"))
        + "\ncaldicott own-agency - - health -");

    /// <summary>An action, as its owner reads it (M11 O, and 4e, Actions).</summary>
    public static MatrixTable Action { get; } = new(
        RecordTypes.MaracAction,
        """
        person             gate meta victim-identity diversity victim-location safe-contact perpetrator-identity children child-places actions
        coordinator        all  Y    Y               Y         Y               Y            Y                    Y        Y            Y
        supervisor         all  Y    Y               Y         Y               Y            Y                    Y        Y            Y
        marac-chair        all  Y    Y               Y         Y               Y            Y                    Y        Y            Y
        independent-chair  all  Y    Y               Y         Y               Y            Y                    Y        Y            Y
        health-chair       all  Y    Y               Y         Y               Y            Y                    Y        Y            Y
        """
        + string.Concat(Represented().Select(person => $"\n{person} addressee Y given given given given given given given Y"))
        + "\nvictims-hub addressee+supporting Y given given given given given given given Y"
        + string.Concat(new[] { "pes", "council-licensing" }.Select(person => $"\n{person} addressee+assigned+need - - - - - - - - Y")));

    /// <summary>A flag of twelve months (M12).</summary>
    public static MatrixTable Flag { get; } = new(
        RecordTypes.MaracFlag,
        """
        person             gate              meta victim-identity perpetrator-identity flag
        coordinator        all               Y    Y               Y                    Y
        supervisor         all               Y    Y               Y                    Y
        marac-chair        all               Y    Y               Y                    Y
        independent-chair  all               Y    Y               Y                    Y
        health-chair       all               Y    Y               Y                    Y
        pvp                member            Y    Y               Y                    Y
        idva               member            Y    Y               Y                    Y
        csc                member            Y    Y               Y                    Y
        asc                member            Y    Y               Y                    Y
        housing            member            Y    Y               Y                    Y
        health             member            Y    Y               Y                    Y
        acute              member            Y    Y               Y                    Y
        general-practice   member            Y    Y               Y                    Y
        ambulance          member            Y    Y               Y                    Y
        probation          member            Y    Y               Y                    Y
        prison             member            Y    Y               Y                    Y
        landlord           member            Y    Y               Y                    Y
        fire               member            Y    known           known                F
        youth              member            Y    known           known                F
        treatment          member            Y    known           known                F
        education          member            Y    known           known                F
        victims-hub        supporting        Y    known           known                F
        """);

    /// <summary>A meeting: when and where, for those invited.</summary>
    public static MatrixTable Meeting { get; } = new(
        RecordTypes.MaracMeeting,
        "person gate meta"
        + string.Concat(Coordination().Select(person => $"\n{person} all Y"))
        + string.Concat(Represented().Select(person => $"\n{person} member Y")));

    /// <summary>The table a record type is read by, and the purpose it is read for.</summary>
    public static IReadOnlyList<(MatrixTable Table, string Purpose)> Tables { get; } =
    [
        (Case, Purposes.MaracMeeting), (OwnReferral, Purposes.MaracReferral), (TriagedReferral, Purposes.MaracTriage),
        (ResearchRequest, Purposes.MaracResearch), (ResearchReturn, Purposes.MaracResearch), (Action, Purposes.MaracAction),
        (Flag, Purposes.MaracFlag), (Meeting, Purposes.MaracMeeting),
    ];

    /// <summary>The coordinator, the supervisor and the chairs.</summary>
    public static IEnumerable<string> Coordination() => ["coordinator", "supervisor", "marac-chair", "independent-chair", "health-chair"];

    /// <summary>Everybody who represents an agency at the conference, without the victims' hub.</summary>
    public static IEnumerable<string> Represented() =>
    [
        "pvp", "idva", "csc", "asc", "housing", "health", "acute", "general-practice", "ambulance", "probation", "prison", "landlord", "fire", "youth", "treatment", "education",
    ];

    /// <summary>Everybody who may refer: any professional of an agency that may, but not readers of ledgers and figures.</summary>
    public static IEnumerable<string> Referrers() =>
    [
        "coordinator", "supervisor", "marac-chair", "pvp", "idva", "csc", "asc", "housing", "education", "probation", "prison", "landlord", "fire", "youth",
        "treatment", "health", "caldicott", "patrol", "pes", "gatekeeper", "licensing", "ctco", "channel-chair", "section-36", "panel-health", "panel-education",
        "victims-hub", "theme-lead", "acute", "general-practice", "ambulance", "health-chair", "council-licensing", "neighbourhood", "prosecutor", "public-health",
    ];
}
