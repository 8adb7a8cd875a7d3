using System.Buffers;
using System.Text;
using System.Text.Json;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>What left, in the forms a test asks for.</summary>
internal sealed class Released
{
    private Released(byte[] bytes)
    {
        Text = Encoding.UTF8.GetString(bytes);
        using var document = JsonDocument.Parse(bytes);
        Paths = MatrixRelease.PathsOf(document.RootElement);
    }

    public string Text { get; }

    /// <summary>See <see cref="MatrixRelease.PathsOf"/>.</summary>
    public IReadOnlyList<string> Paths { get; }

    public static Released By(Decision decision, AgreementSet agreements, string recordType, byte[] json)
    {
        var output = new ArrayBufferWriter<byte>();
        var outcome = FieldFilter.Write(json, agreements.ViewOf(recordType)!, decision, output);
        return outcome.Succeeded ? new Released(output.WrittenSpan.ToArray()) : throw new InvalidOperationException(outcome.Failure);
    }
}
