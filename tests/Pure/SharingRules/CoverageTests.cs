using Partnership.Contracts;
using Partnership.Gateway.Operations;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>The published list of who may see and do what is complete, and is what the agreements say.</summary>
public sealed class CoverageTests
{
    private static readonly IReadOnlyList<CoverageRow> Rows = World.Agreements.Coverage();

    [Fact]
    public void The_published_report_is_what_the_agreements_say()
    {
        var path = Path.Combine(World.Root(), "docs", "sharing-coverage.md");
        var report = CoverageReport.Write(World.Agreements);
        if (Environment.GetEnvironmentVariable("PARTNERSHIP_WRITE_SNAPSHOTS") == "1") File.WriteAllText(path, report);
        Assert.Equal(File.ReadAllText(path), report);
    }

    [Fact]
    public void Every_endpoint_is_in_a_row() =>
        Assert.All(OperationTable.All, operation => Assert.True(CoverageReport.RowsOf(operation, Rows).Any(), $"Nobody may {operation.Method} {operation.Pattern}."));

    [Fact]
    public void Every_record_type_of_an_endpoint_is_in_an_agreement() =>
        Assert.All(OperationTable.All, operation => Assert.NotNull(World.Agreements.ViewOf(operation.RecordType)));

    [Fact]
    public void Every_field_is_in_a_row()
    {
        foreach (var type in World.Vocabulary.RecordTypes)
        {
            var released = Rows.Where(row => row.RecordType == type.Name && row.Operation == Operations.Consult)
                .SelectMany(row => row.Parts).Where(part => part.Form != "never").Select(part => part.Group).ToHashSet();
            var orphans = CoverageReport.FieldsOf(type.Name).Where(field => !released.Contains(field.Group)).Select(field => $"{type.Name} {field.Field}");
            Assert.Empty(orphans);
        }
    }

    [Fact]
    public void Every_command_is_in_a_row() =>
        Assert.All(
            World.Vocabulary.RecordTypes.SelectMany(type => type.Commands.Select(command => (type.Name, command))),
            asked => Assert.Contains(Rows, row => row.RecordType == asked.Name && row.Command == asked.command));

    [Fact]
    public void Premises_and_their_scheme_are_in_no_row() => Assert.DoesNotContain(Rows, row => row.Agency is "PREM" or "NSS");
}
