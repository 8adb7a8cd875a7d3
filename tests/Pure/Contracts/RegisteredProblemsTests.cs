using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Partnership.Contracts;
using Partnership.Marac.Input;
using Xunit;

namespace Partnership.Tests.Pure.Contracts;

public sealed partial class RegisteredProblemsTests
{
    /// <summary>
    /// A code that is not registered reaches the reader as "the value is not accepted", so forgetting one is a defect. The
    /// sources are read because codes stand where they are used.
    /// </summary>
    [Fact]
    public void Every_code_that_services_refuse_or_warn_with_is_registered()
    {
        var codes = Directory.EnumerateFiles(Path.Combine(Root(), "services"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Uses().Matches(File.ReadAllText(file)).Select(m => m.Groups["code"].Value))
            .Concat(typeof(InputCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();

        Assert.True(codes.Count > 60, "The pattern no longer finds the codes.");
        Assert.All(codes, code => Assert.NotNull(RegisteredProblems.SentenceOf(code)));
    }

    [Fact]
    public void A_code_nobody_registered_has_no_sentence() => Assert.Null(RegisteredProblems.SentenceOf("no-such-code"));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    /// <summary><c>.Error(field, "code"</c>, <c>.Warn(field, "code"</c>, <c>Refusal … = new("code"</c>, <c>Invalid("field", "code"</c>.</summary>
    [GeneratedRegex("""(\.(Error|Warn|Invalid)\([^"\n;]*("[^"\n]*")?[^"\n;]*,\s*"|Refusal \w+ = new\(\s*"|Wrong<[^>]+>\([^"\n]*("[^"\n]*",\s*)?"(?=[a-z-]+: ))(?<code>[a-z]+(-[a-z0-9]+)*)[":]""")]
    private static partial Regex Uses();
}
