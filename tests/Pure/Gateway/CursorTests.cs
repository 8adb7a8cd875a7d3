using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Partnership.Gateway;
using Partnership.Gateway.Reading;
using Partnership.Gateway.Release;
using Xunit;

namespace Partnership.Tests.Pure.Gateway;

/// <summary>Cursors of lists: opaque, of one length, and good for one caller and list.</summary>
public sealed class CursorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("partnership-cursors-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void However_deep_a_position_lies_its_cursor_is_of_the_same_length()
    {
        var cursors = Made();
        var row = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var lengths = new[] { new ListPosition(null, row), new ListPosition("", row), new ListPosition("MTc2Mi4w", null), new ListPosition(new string('c', 300), row) }
            .Select(position => cursors.Encrypt(position.ToString(), "caller").Length);
        Assert.Single(lengths.Distinct());
    }

    [Fact]
    public void A_position_comes_back_to_whom_it_was_given_and_to_nobody_else()
    {
        var cursors = Made();
        var position = new ListPosition("MTc2Mi4w", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        var cursor = cursors.Encrypt(position.ToString(), "caller");
        Assert.Equal(position, ListPosition.Parse(cursors.Decrypt(cursor, "caller")));
        Assert.Null(cursors.Decrypt(cursor, "another"));
        Assert.Null(Made().Decrypt(cursor, "caller")); // Another key.
        Assert.NotEqual(cursor, cursors.Encrypt(position.ToString(), "caller"));
        for (var at = 0; at < cursor.Length; at += 7)
            Assert.Null(cursors.Decrypt($"{cursor[..at]}{(cursor[at] == 'A' ? 'B' : 'A')}{cursor[(at + 1)..]}", "caller"));
    }

    private Cursors Made()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(new GatewayKeys(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Ledger:SigningKeyFile"] = Written(pair.ExportPkcs8PrivateKeyPem()),
            ["Ledger:SealPublicKeyFile"] = Written(pair.ExportSubjectPublicKeyInfoPem()),
            ["Cursors:KeyFile"] = Written(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
        }).Build()));
    }

    private string Written(string text)
    {
        var path = Path.Combine(folder, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        File.WriteAllText(path, text);
        return path;
    }
}
