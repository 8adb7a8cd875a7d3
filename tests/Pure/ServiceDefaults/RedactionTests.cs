using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

public sealed class RedactionTests
{
    [Fact]
    public void A_described_exception_tells_types_and_places_and_no_message()
    {
        var described = Redaction.Describe(Thrown());

        Assert.Contains("System.InvalidOperationException", described, StringComparison.Ordinal);
        Assert.Contains("caused by System.FormatException", described, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), described, StringComparison.Ordinal);
        Assert.DoesNotContain("Imogen", described, StringComparison.Ordinal);
        Assert.DoesNotContain("PE99", described, StringComparison.Ordinal);
    }

    [Fact]
    public void All_causes_of_an_aggregate_are_told_without_their_messages()
    {
        var described = Redaction.Describe(new AggregateException("about Imogen", Thrown(), new TimeoutException("PE99 9ZZ")));

        Assert.Contains("System.TimeoutException", described, StringComparison.Ordinal);
        Assert.DoesNotContain("Imogen", described, StringComparison.Ordinal);
        Assert.DoesNotContain("PE99", described, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_repeats_the_message_of_its_exception_loses_it()
    {
        var error = Thrown();

        Assert.Equal(
            $"Failed: {Redaction.Mark} ({Redaction.Mark})",
            Redaction.WithoutMessages($"Failed: {error.Message} ({error.InnerException!.Message})", error));
        Assert.Equal("Failed quietly", Redaction.WithoutMessages("Failed quietly", error));
    }

    [Theory]
    [InlineData("select * from t where id = $1", "select * from t where id = $1")]
    [InlineData("insert into t values ('Imogen', 3)", "insert into t values (?, 3)")]
    [InlineData("select 'it''s hers', x", "select ?, x")]
    [InlineData("do $$ begin perform 'x'; end $$", "do ?")]
    [InlineData("create role r password 'secret'", "create role r password ?")]
    public void A_statement_keeps_its_shape_and_loses_its_literals(string sql, string expected) =>
        Assert.Equal(expected, Redaction.Statement(sql));

    private static InvalidOperationException Thrown()
    {
        try
        {
            try
            {
                throw new FormatException("not a postcode: PE99 9ZZ");
            }
            catch (FormatException inner)
            {
                throw new InvalidOperationException("nothing known of Imogen Testcase", inner);
            }
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }
}
