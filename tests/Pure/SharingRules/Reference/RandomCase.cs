using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>One question: who, what record, what for, when.</summary>
internal sealed record RandomCase(Principal Principal, RecordFacts Facts, RandomView View, string Purpose, DateTimeOffset Now)
{
    private static readonly Guid[] People = Ids(1, 4), Addresses = Ids(2, 3), Items = Ids(3, 8);

    public byte[] Json => JsonSerializer.SerializeToUtf8Bytes(View, WireJson.Options);

    /// <summary>Mostly somebody some rule is for, or nearly everybody would be refused before anything is decided.</summary>
    public static RandomCase Any(Random random, RandomAgreement agreement)
    {
        var (agency, team) = random.Next(40) == 0 ? ("PREM", null) : RandomRule.Pick(random, RandomRule.Teams);
        var role = RandomRule.Pick(random, RandomRule.AllRoles);
        var purpose = RandomRule.Pick(random, RandomRule.AllPurposes);
        if (random.Next(4) > 0 && RandomRule.Pick(random, agreement.Rules) is var rule)
        {
            purpose = RandomRule.Pick(random, rule.Purposes);
            var roles = rule.Roles.Intersect(agreement.Purposes[purpose].Roles).DefaultIfEmpty(role).ToList();
            (agency, team, role) = (rule.Agency, rule.Team ?? team, RandomRule.Pick(random, roles));
        }

        var state = RandomRule.Pick(random, random.Next(4) > 0 ? agreement.Purposes[purpose].States : RandomRule.AllStates);
        var principal = World.Person("x", agency, team, role) with { IsPerson = random.Next(12) > 0 };
        var now = random.Next(12) switch
        {
            0 => World.Now.AddYears(-1),
            1 => new DateTimeOffset(2027, 1, 31, 23, 59, 59, TimeSpan.Zero),
            2 => new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero),
            _ => World.Now,
        };
        return new RandomCase(principal, AnyFacts(random, principal, now) with { State = state }, AnyView(random), purpose, now);
    }

    private static RecordFacts AnyFacts(Random random, Principal principal, DateTimeOffset now)
    {
        var self = new MemberFact(principal.Agency, principal.Team);
        var facts = World.Facts(RandomRule.Pick(random, RandomRule.AllStates)) with
        {
            HasSummary = Half(random),
            ChildCase = Half(random),
            Members = [.. Maybe(random, self, 4), .. Maybe(random, AnyMember(random), 2)],
            Addressee = random.Next(3) == 0 ? null : Half(random) ? self : AnyMember(random),
            Assigned = [.. Maybe(random, Half(random) ? principal.PersonId : principal.Pseudonym, 2), .. Maybe(random, "register-z", 2)],
            Held = [.. new[] { "narrative", "summary", "children" }.Where(_ => random.Next(5) == 0)],
            Items = [.. Items.Where(_ => random.Next(8) > 0).OrderBy(_ => random.Next()).Select(id => AnyItem(random, id, self))],
            Author = random.Next(3) == 0 ? null : new AuthorFact(Half(random) ? principal.Pseudonym : "z", principal.Agency, Half(random) ? principal.Team : "CS"),
        };
        facts = facts with
        {
            Relations =
            [
                .. Enumerable.Range(0, random.Next(4)).Select(_ =>
                {
                    var who = random.Next(3) > 0 ? self : AnyMember(random);
                    var kind = RandomRule.Pick(random, [RelationKinds.KnownTo, RelationKinds.OwnTenancy, RelationKinds.Supporting]);
                    return new RelationFact(kind, who.Agency, who.Team, [.. People.Concat(Addresses).Where(_ => random.Next(3) == 0)], "c", now);
                }),
            ],
            Needs =
            [
                .. Enumerable.Range(0, random.Next(3)).Select(_ =>
                {
                    var who = random.Next(3) > 0 ? self : AnyMember(random);
                    return new NeedFact(who.Agency, who.Team, [.. RandomRule.Groups.Where(_ => Half(random))], now.AddSeconds(random.Next(3) == 0 ? 0 : 60), "c");
                }),
            ],
        };
        if (random.Next(5) == 0) facts = facts with { UnsafeCopies = [new MemberFact(principal.Agency, Half(random) ? null : AnyMember(random).Team)] };
        if (random.Next(15) == 0) facts = facts with { Conflicts = [AnyConflict(random, principal)] };
        if (random.Next(15) == 0) facts = facts with { Readers = Half(random) ? [principal.PersonId] : ["register-z"] };
        return facts;
    }

    private static ConflictFact AnyConflict(Random random, Principal principal) => random.Next(4) switch
    {
        0 => new ConflictFact(principal.PersonId, null),
        1 => new ConflictFact(principal.Pseudonym, "Another Name Entirely"),
        2 => new ConflictFact(null, principal.Name.ToUpperInvariant()),
        _ => new ConflictFact("register-z", "Another Name Entirely"),
    };

    private static ItemFact AnyItem(Random random, Guid id, MemberFact self) => new(id)
    {
        Owner = random.Next(4) == 0 ? null : random.Next(3) == 0 ? self : AnyMember(random),
        Readers = [.. Maybe(random, self, 2), .. Maybe(random, AnyMember(random), 2)],
        Health = random.Next(3) == 0,
        Caldicott = Half(random),
        Held = random.Next(4) == 0,
    };

    private static RandomView AnyView(Random random) => new()
    {
        Status = "status",
        Note = Text(random, "note"),
        Victim = new RandomVictim
        {
            PersonId = People[0],
            Name = "victim",
            Addresses = [.. Addresses.Where(_ => Half(random)).Select(id => new RandomAddress { AddressId = id, Line = $"line-{id:N}" })],
            Phone = Text(random, "phone"),
            Via = Text(random, "via"),
        },
        Children = [.. People.Skip(1).Where(_ => Half(random)).Select(id => new RandomChild { PersonId = id, Name = $"child-{id:N}", School = Text(random, "school") })],
        Flagged = Half(random),
        Months = 12,
        Narrative = Text(random, "narrative"),
        Summary = random.Next(4) == 0 ? " \t" : Text(random, "summary"),
        Research = [.. Items.Take(4).Where(_ => Half(random)).Select(id => new RandomFinding { ItemId = id, Text = $"finding-{id:N}", Readers = ["CKH"] })],
        KeptBack = Text(random, "kept"),
        Minutes = [.. Items.Skip(4).Where(_ => Half(random)).Select(id => new RandomLine { ItemId = id, Text = $"minute-{id:N}" })],
    };

    private static MemberFact AnyMember(Random random) => RandomRule.Pick(random, RandomRule.Teams) is var (agency, team) ? new MemberFact(agency, team) : null!;

    private static string? Text(Random random, string text) => random.Next(5) == 0 ? null : text;

    private static bool Half(Random random) => random.Next(2) == 0;

    private static IEnumerable<T> Maybe<T>(Random random, T value, int of) => random.Next(of) > 0 || (of == 2 && Half(random)) ? [value] : [];

    private static Guid[] Ids(int kind, int count) => [.. Enumerable.Range(1, count).Select(place => new Guid(place, (short)kind, 0, new byte[8]))];
}
