using Partnership.Contracts;
using Partnership.Contracts.Records;
using YamlDotNet.RepresentationModel;

namespace Partnership.SharingRules;

/// <summary>
/// Checks the examples beside an agreement (<c>marac.tests.yaml</c>): this person, this record, this purpose, these groups. They
/// are written by whoever wrote the agreement, to see that it says what was meant; the form is in the agreements' README.
/// </summary>
public static class AgreementExamples
{
    private const string Somebody = "example-person", SomebodyElse = "example-other-person";
    private static readonly Guid Item = new(1, 0, 0, new byte[8]);
    private static readonly string[] Required = ["says", "who", "record", "state", "purpose", "sees"];
    private static readonly string[] Optional = ["given", "need", "held", "item", "command"];

    /// <summary>Every example that does not come out as it says, by its line; empty when all do.</summary>
    /// <param name="agreements">The compiled set.</param>
    /// <param name="examples">One file of examples.</param>
    /// <param name="now">When they are asked: a time at which the agreements are in force.</param>
    public static IReadOnlyList<AgreementError> Check(AgreementSet agreements, AgreementSource examples, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(agreements);
        ArgumentNullException.ThrowIfNull(examples);
        var errors = new List<AgreementError>();
        var yaml = new YamlReading(examples.File, errors);
        if (yaml.Document(examples.Text) is { } document && yaml.Fields(document, "The file", ["tests"], []) is { } fields && fields.TryGetValue("tests", out var tests))
            foreach (var test in yaml.Items(tests, "tests")) new Example(yaml, agreements, now).Check(test);
        return errors;
    }

    private sealed class Example(YamlReading yaml, AgreementSet agreements, DateTimeOffset now)
    {
        public void Check(YamlNode node)
        {
            if (yaml.Fields(node, "A test", Required, Optional) is not { } fields || Required.Any(name => !fields.ContainsKey(name))) return;
            if (PrincipalOf(fields["who"]) is not { } principal) return;
            var (record, line) = (yaml.Word(fields["record"], "record"), YamlReading.LineOf(node));
            if (agreements.ViewOf(record.Value) is not { } view)
            {
                yaml.Error(record.Line, $"'{record.Value}' is no record type of any agreement.");
                return;
            }

            var facts = FactsOf(principal, yaml.Word(fields["state"], "state").Value, fields);
            var command = fields.TryGetValue("command", out var named) ? yaml.Word(named, "command").Value : null;
            var operation = command is null ? Operations.Consult : Operations.Change;
            var decision = agreements.Decide(principal, operation, record.Value, facts, yaml.Word(fields["purpose"], "purpose").Value, now, command);
            if (fields["sees"] is YamlScalarNode { Value: "nothing" } || command is not null) CheckWord(decision, fields["sees"], command, line);
            else CheckGroups(decision, view, fields["sees"], line);
            if (facts.Items.Count > 0) CheckItem(decision, view, fields["item"]);
        }

        private void CheckWord(Decision decision, YamlNode sees, string? command, int line)
        {
            var word = yaml.Word(sees, "sees").Value;
            if (word is not ("nothing" or "done")) yaml.Error(YamlReading.LineOf(sees), "sees is a list of groups, 'nothing', or of a command 'done'.");
            else if (decision.Permitted != (word == "done"))
                yaml.Error(line, command is null ? $"The record is seen: {string.Join(", ", decision.ReleasedGroups)}." : $"The command is {(decision.Permitted ? "allowed" : "refused")}.");
        }

        private void CheckGroups(Decision decision, ViewSchema view, YamlNode sees, int line)
        {
            if (yaml.Fields(sees, "sees", [], ["whole", "flag", "some"]) is not { } forms) return;
            var expected = new Dictionary<string, ReleaseKind>();
            foreach (var (name, kind) in new[] { ("whole", ReleaseKind.All), ("flag", ReleaseKind.Flag), ("some", ReleaseKind.Only) })
            {
                if (!forms.TryGetValue(name, out var listed)) continue;
                foreach (var group in yaml.Words(listed, name))
                {
                    if (!view.Groups.Contains(group.Value)) yaml.Error(group.Line, $"{view.RecordType} has no field group '{group.Value}'.");
                    expected[group.Value] = kind;
                }
            }

            if (!decision.Permitted) yaml.Error(line, $"Nothing of the record is seen ({decision.DenialCode}).");
            else
                foreach (var group in view.Groups)
                    if (decision.ReleaseOf(group).Kind is var kind && kind != expected.GetValueOrDefault(group))
                        yaml.Error(line, $"'{group}' is seen {In(kind)} and not {In(expected.GetValueOrDefault(group))}.");
        }

        private void CheckItem(Decision decision, ViewSchema view, YamlNode node)
        {
            if (yaml.Fields(node, "item", ["group", "seen"], ["is"]) is not { } fields || !fields.TryGetValue("group", out var named) || !fields.TryGetValue("seen", out var said)) return;
            var (group, seen) = (yaml.Word(named, "group"), yaml.Word(said, "seen").Value);
            var place = 0;
            var actual = decision.Permitted && (decision.ReleasedFor(KeyKind.Item, Item, ref place) & view.BitOf(group.Value)) != 0;
            if (actual != (seen == "yes")) yaml.Error(YamlReading.LineOf(node), $"The item is {(actual ? "" : "not ")}seen.");
        }

        private Principal? PrincipalOf(YamlNode node)
        {
            if (yaml.Fields(node, "who", ["agency", "role"], ["team"]) is not { } fields || !fields.TryGetValue("agency", out var agency) || !fields.TryGetValue("role", out var role)) return null;
            var team = fields.TryGetValue("team", out var named) ? yaml.Word(named, "team").Value : null;
            return new Principal(Somebody, Somebody, "Example Person", yaml.Word(agency, "agency").Value, team, yaml.Word(role, "role").Value, null, ["marac"], IsPerson: true);
        }

        private RecordFacts FactsOf(Principal principal, string state, Dictionary<string, YamlNode> fields)
        {
            var self = new MemberFact(principal.Agency, principal.Team);
            var facts = new RecordFacts { Version = 1, State = state, Scheme = "marac", Author = new AuthorFact(SomebodyElse, "another-agency", null) };
            foreach (var given in fields.TryGetValue("given", out var list) ? yaml.Words(list, "given") : [])
            {
                if (With(facts, given.Value, self) is { } with) facts = with;
                else yaml.Error(given.Line, $"'{given.Value}' is nothing that can be given of a record.");
            }

            if (fields.TryGetValue("need", out var need))
                facts = facts with { Needs = [new NeedFact(self.Agency, self.Team, [.. yaml.Words(need, "need").Select(group => group.Value)], now.AddDays(1), SomebodyElse)] };
            if (fields.TryGetValue("held", out var held)) facts = facts with { Held = [.. yaml.Words(held, "held").Select(group => group.Value)] };
            return fields.TryGetValue("item", out var item) ? facts with { Items = [ItemOf(item, self)] } : facts;
        }

        private RecordFacts? With(RecordFacts facts, string given, MemberFact self) => given switch
        {
            "member" => facts with { Members = [self] },
            "own" => facts with { Author = new AuthorFact(Somebody, self.Agency, self.Team) },
            "own-agency" => facts with { Author = new AuthorFact(SomebodyElse, self.Agency, self.Team) },
            "addressee" => facts with { Addressee = self },
            "assigned" => facts with { Assigned = [Somebody] },
            "own-tenancy" or "known-to" or "supporting" =>
                facts with { Relations = [.. facts.Relations, new RelationFact(given, self.Agency, self.Team, [Item], SomebodyElse, now)] },
            "summary" => facts with { HasSummary = true },
            "child-case" => facts with { ChildCase = true },
            "unsafe-copy" => facts with { UnsafeCopies = [self] },
            "conflict" => facts with { Conflicts = [new ConflictFact(Somebody, null)] },
            "restricted" => facts with { Readers = [SomebodyElse] },
            _ => null,
        };

        private ItemFact ItemOf(YamlNode node, MemberFact self)
        {
            var words = node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode("is"), out var listed) ? yaml.Words(listed, "is") : [];
            foreach (var word in words.Where(word => word.Value is not ("own" or "ticked" or "health" or "marked" or "held")))
                yaml.Error(word.Line, $"'{word.Value}' is nothing an item can be; it can be own, ticked, health, marked, held.");
            bool Is(string word) => words.Any(known => known.Value == word);
            return new ItemFact(Item)
            {
                Owner = Is("own") ? self : new MemberFact("another-agency", null),
                Readers = Is("ticked") ? [self] : [],
                Health = Is("health"),
                Caldicott = Is("marked"),
                Held = Is("held"),
            };
        }

        private static string In(ReleaseKind kind) => kind switch
        {
            ReleaseKind.All => "whole",
            ReleaseKind.Flag => "as yes or no",
            ReleaseKind.Only => "in part",
            _ => "not at all",
        };
    }
}
