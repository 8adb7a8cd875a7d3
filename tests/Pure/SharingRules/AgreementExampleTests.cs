using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>The examples beside the agreements come out as they say, and one that does not is named by its line.</summary>
public sealed class AgreementExampleTests
{
    private static readonly string Folder = Path.Combine(World.Root(), "gateway", "agreements");

    [Fact]
    public void Every_example_beside_an_agreement_comes_out_as_it_says()
    {
        var files = Directory.GetFiles(Folder, "*.tests.yaml");
        Assert.Contains(files, file => file.EndsWith("marac.tests.yaml", StringComparison.Ordinal));
        foreach (var file in files)
            Assert.Empty(AgreementExamples.Check(World.Agreements, new AgreementSource(Path.GetFileName(file), File.ReadAllText(file)), World.Now));
    }

    [Theory]
    [InlineData("whole: [meta], flag: [children]", "whole: [meta, children]", "'children' is seen as yes or no and not whole.")]
    [InlineData("sees: { whole: [meta], flag: [children] }", "sees: nothing", "The record is seen: meta,")]
    [InlineData("given: [member]", "given: []", "given needs a word")]
    [InlineData("given: [member]", "given: [guest]", "'guest' is nothing that can be given of a record.")]
    [InlineData("given: [member]", "given: [summary]", "Nothing of the record is seen")]
    [InlineData("seen: no", "seen: yes", "The item is not seen.")]
    [InlineData("is: [health]", "is: [wealth]", "'wealth' is nothing an item can be")]
    [InlineData("record: marac.case", "record: marac.pace", "'marac.pace' is no record type of any agreement.")]
    public void One_that_does_not_is_named_by_its_line(string right, string wrong, string reason)
    {
        const string good =
            """
            tests:
              - says: The landlord.
                who: { agency: CKH, role: marac-representative }
                record: marac.case
                state: RESEARCH
                purpose: marac-meeting
                given: [member]
                item: { group: shared-research, is: [health], seen: no }
                sees: { whole: [meta], flag: [children] }
            """;
        var errors = AgreementExamples.Check(World.Agreements, new AgreementSource("x.tests.yaml", good.Replace(right, wrong, StringComparison.Ordinal)), World.Now);
        Assert.Contains(errors, error => error.Reason.Contains(reason, StringComparison.Ordinal) && error.Line > 1);
    }
}
