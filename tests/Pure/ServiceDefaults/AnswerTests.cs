using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

public sealed class AnswerTests : IAsyncLifetime
{
    private SmallHost host = null!;

    public async ValueTask InitializeAsync() => host = await SmallHost.StartAsync(guarded: false);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_failure_answers_with_a_code_and_without_the_message_or_type_of_the_exception()
    {
        var answer = await host.Client.GetAsync("/throws");

        var text = await ProblemAsync(answer, HttpStatusCode.InternalServerError, "internal-error");
        Assert.DoesNotContain(SmallHost.Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("traceId", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_a_409_with_its_code_and_sentence()
    {
        var text = await ProblemAsync(await host.Client.GetAsync("/refused"), HttpStatusCode.Conflict, "already-withdrawn");

        Assert.Equal(
            """{"type":"about:blank","title":"Conflict","status":409,"detail":"The referral was withdrawn.","code":"already-withdrawn"}""", text);
    }

    [Fact]
    public async Task Invalid_input_is_a_400_with_errors_by_field()
    {
        var text = await ProblemAsync(await host.Client.GetAsync("/invalid"), HttpStatusCode.BadRequest, "invalid-input");

        using var json = JsonDocument.Parse(text);
        Assert.Equal(
            "in-future: A date of birth cannot be in the future.",
            json.RootElement.GetProperty("errors").GetProperty("victim.dateOfBirth")[0].GetString());
    }

    [Theory]
    [InlineData("""{"victim":{"dateOfBirth":"QX Imogen"}}""", "victim.dateOfBirth")]
    [InlineData("""{"perpetrators":[{"name":"a"},{"dateOfBirth":"QX Imogen"}]}""", "perpetrators[1].dateOfBirth")]
    [InlineData("""{"criteria":["QX_IMOGEN"]}""", "criteria[0]")]
    [InlineData("""{"victim":{"QX Imogen":"Testcase"}}""", "victim")]
    [InlineData("""{"QXImogen":1}""", "")]
    [InlineData("""{"victim":{"name":"a","name":"QX Imogen"}}""", "victim.name")]
    [InlineData("""{"victim": QX Imogen""", "victim")]
    [InlineData("QX Imogen", "")]
    public async Task An_unreadable_body_names_the_field_in_our_words_and_repeats_nothing_of_it(string body, string field)
    {
        var answer = await host.Client.PostAsync("/referrals", new StringContent(body, Encoding.UTF8, "application/json"));

        var text = await ProblemAsync(answer, HttpStatusCode.BadRequest, "invalid-input");
        using var json = JsonDocument.Parse(text);
        Assert.Equal(field, Assert.Single(json.RootElement.GetProperty("errors").EnumerateObject()).Name);
        Assert.DoesNotContain("QX", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Imogen", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_larger_than_is_read_is_413()
    {
        var large = new StringContent($$"""{"judgementReason":"{{new string('x', 4000)}}"}""", Encoding.UTF8, "application/json");

        await ProblemAsync(await host.Client.PostAsync("/referrals", large), HttpStatusCode.RequestEntityTooLarge, "too-large");
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_415()
    {
        var text = new StringContent("a");
        text.Headers.ContentType = new MediaTypeHeaderValue("text/plain");

        await ProblemAsync(await host.Client.PostAsync("/referrals", text), HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    [Fact]
    public async Task No_answer_names_the_server() =>
        Assert.False((await host.Client.GetAsync("/health/live")).Headers.Contains("Server"));

    private static async Task<string> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(code, json.RootElement.GetProperty("code").GetString());
        return text;
    }
}
