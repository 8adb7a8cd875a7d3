using YamlDotNet.RepresentationModel;

namespace Partnership.SharingRules;

/// <summary>Reads one file into a model, or into errors with their lines. Checks form; words are checked later.</summary>
internal sealed class AgreementParser(AgreementSource source, List<AgreementError> errors)
{
    private static readonly string[] AgreementFields =
        ["agreement", "title", "version", "scheme", "classification", "signed", "effective", "review", "records", "parties", "legal-bases", "purposes", "rules"];

    private readonly YamlReading yaml = new(source.File, errors);

    /// <summary>Null when anything is wrong; the errors say what.</summary>
    public AgreementModel? Parse()
    {
        var before = errors.Count;
        if (yaml.Document(source.Text) is not { } document) return null;
        if (yaml.Fields(document, "The agreement", AgreementFields, ["expires", "not-shared"]) is not { } fields || AgreementFields.Any(name => !fields.ContainsKey(name))) return null;
        var agreement = new AgreementModel
        {
            File = source.File,
            Line = YamlReading.LineOf(document),
            Id = yaml.Word(fields["agreement"], "agreement"),
            Title = yaml.Word(fields["title"], "title").Value,
            Version = yaml.Word(fields["version"], "version").Value,
            Scheme = yaml.Word(fields["scheme"], "scheme").Value,
            Classification = yaml.Word(fields["classification"], "classification"),
            SignedOn = yaml.Date(fields["signed"], "signed"),
            EffectiveFrom = yaml.Date(fields["effective"], "effective"),
            ExpiresAfter = fields.TryGetValue("expires", out var expires) ? yaml.Date(expires, "expires") : null,
            ReviewBy = yaml.Date(fields["review"], "review"),
            Records = yaml.Words(fields["records"], "records"),
            Parties = [.. yaml.Entries(fields["parties"], "parties").Select(entry => Party(entry.Name, entry.Value))],
            Bases = [.. yaml.Entries(fields["legal-bases"], "legal-bases").Select(entry => Basis(entry.Name, entry.Value))],
            Purposes = [.. yaml.Entries(fields["purposes"], "purposes").Select(entry => Purpose(entry.Name, entry.Value)).OfType<PurposeModel>()],
            NotShared = fields.TryGetValue("not-shared", out var kept)
                ? [.. yaml.Entries(kept, "not-shared").Select(entry => (entry.Name, yaml.Words(entry.Value, "not-shared")))]
                : [],
            Rules = [.. yaml.Items(fields["rules"], "rules").Select(Rule).OfType<RuleModel>()],
        };
        return errors.Count == before ? agreement : null;
    }

    private PartyModel Party(Term name, YamlNode node)
    {
        var fields = yaml.Fields(node, $"Party '{name.Value}'", ["says", "who"], []) ?? [];
        return new PartyModel(
            name,
            fields.TryGetValue("says", out var says) ? yaml.Word(says, "says").Value : "",
            fields.TryGetValue("who", out var who) ? Principals(who) : []);
    }

    private BasisModel Basis(Term name, YamlNode node)
    {
        var fields = yaml.Fields(node, $"Legal basis '{name.Value}'", ["legal-power", "lawful-basis", "regime"], ["condition"]) ?? [];
        return new BasisModel(
            name, Field("legal-power"), Field("lawful-basis"), fields.ContainsKey("condition") ? Field("condition") : null, Field("regime"));

        Term Field(string field) => fields.TryGetValue(field, out var value) ? yaml.Word(value, field) : new Term("", name.Line);
    }

    private PurposeModel? Purpose(Term name, YamlNode node)
    {
        string[] required = ["says", "roles", "serves", "legal-basis", "released-for-days"];
        if (yaml.Fields(node, $"Purpose '{name.Value}'", required, ["legal-basis-for"]) is not { } fields || required.Any(field => !fields.ContainsKey(field))) return null;
        return new PurposeModel(
            name,
            yaml.Word(fields["says"], "says").Value,
            yaml.Words(fields["roles"], "roles"),
            [.. yaml.Entries(fields["serves"], "serves").Select(entry => (entry.Name, States(entry.Value)))],
            yaml.Word(fields["legal-basis"], "legal-basis"),
            fields.TryGetValue("legal-basis-for", out var others)
                ? [.. yaml.Entries(others, "legal-basis-for").Select(entry => (entry.Name, yaml.Word(entry.Value, "legal-basis-for")))]
                : [],
            yaml.Number(fields["released-for-days"], "released-for-days", 1, 3660));

        IReadOnlyList<Term> States(YamlNode states) => states is YamlScalarNode { Value: "any" } ? [] : yaml.Words(states, "serves");
    }

    private RuleModel? Rule(YamlNode node)
    {
        string[] required = ["id", "says", "to", "record", "purpose"];
        string[] optional = ["operation", "commands", "when", "states", "permit", "deny"];
        if (yaml.Fields(node, "A rule", required, optional) is not { } fields || required.Any(name => !fields.ContainsKey(name))) return null;
        var to = fields["to"];
        var named = to is YamlScalarNode || (to is YamlSequenceNode list && list.Children.All(item => item is YamlScalarNode));
        var everything = fields.TryGetValue("deny", out var deny) && deny is YamlScalarNode { Value: "everything" };
        return new RuleModel
        {
            Id = yaml.Word(fields["id"], "id"),
            Says = yaml.Word(fields["says"], "says").Value,
            Parties = named ? yaml.Words(to, "to") : [],
            Principals = named ? [] : Principals(to),
            Records = yaml.Words(fields["record"], "record"),
            Operations = fields.TryGetValue("operation", out var operation)
                ? yaml.Words(operation, "operation")
                : [new Term(Contracts.Operations.Consult, YamlReading.LineOf(node))],
            Commands = Optional("commands"),
            Purposes = yaml.Words(fields["purpose"], "purpose"),
            When = Optional("when"),
            States = Optional("states"),
            Permits = fields.TryGetValue("permit", out var permit) ? Grants(permit) : [],
            Denies = deny is null || everything ? [] : yaml.Words(deny, "deny"),
            DeniesEverything = everything,
        };

        IReadOnlyList<Term> Optional(string name) => fields.TryGetValue(name, out var value) ? yaml.Words(value, name) : [];
    }

    /// <summary>A list of groups; or groups with their conditions and masks, those without any together under <c>whole</c>.</summary>
    private IReadOnlyList<GrantModel> Grants(YamlNode node)
    {
        if (node is not YamlMappingNode) return Whole(node);
        IReadOnlyList<GrantModel> grants =
        [
            .. yaml.Entries(node, "permit").SelectMany(entry => entry.Name.Value == "whole" ? Whole(entry.Value) : [Grant(entry.Name, entry.Value)]),
        ];
        foreach (var again in grants.GroupBy(grant => grant.Group.Value).Where(same => same.Count() > 1))
            yaml.Error(again.Last().Group.Line, $"permit names '{again.Key}' twice.");
        return grants;

        IReadOnlyList<GrantModel> Whole(YamlNode groups) => [.. yaml.Words(groups, "permit").Select(group => new GrantModel(group, [], null))];
    }

    private GrantModel Grant(Term group, YamlNode node)
    {
        if (node is YamlScalarNode { Value: "all" }) return new GrantModel(group, [], null);
        var fields = yaml.Fields(node, $"Group '{group.Value}' (write 'all', or a mapping)", [], ["when", "mask"]) ?? [];
        return new GrantModel(
            group,
            fields.TryGetValue("when", out var when) ? yaml.Words(when, "when") : [],
            fields.TryGetValue("mask", out var mask) ? yaml.Word(mask, "mask") : null);
    }

    private IReadOnlyList<PrincipalPattern> Principals(YamlNode node)
    {
        if (node is YamlMappingNode) return Principal(node) is { } one ? [one] : [];
        return [.. yaml.Items(node, "The list of who").Select(Principal).OfType<PrincipalPattern>()];
    }

    private PrincipalPattern? Principal(YamlNode node)
    {
        if (yaml.Fields(node, "Who", ["agency", "role"], ["team", "except"]) is not { } fields) return null;
        if (!fields.TryGetValue("agency", out var agency) || !fields.TryGetValue("role", out var role)) return null;
        var any = agency is YamlScalarNode { Value: "any" };
        if (!any && fields.TryGetValue("except", out var except)) yaml.Error(YamlReading.LineOf(except), "'except' goes with 'agency: any'.");
        return new PrincipalPattern(
            YamlReading.LineOf(node), any, any ? [] : yaml.Words(agency, "agency"), Optional("except"), Optional("team"), yaml.Words(role, "role"));

        IReadOnlyList<Term> Optional(string name) => fields.TryGetValue(name, out var value) ? yaml.Words(value, name) : [];
    }
}
