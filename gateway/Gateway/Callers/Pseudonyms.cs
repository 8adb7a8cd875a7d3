using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.Gateway.Callers;

/// <summary>
/// Names people of the register differently to each scheme, so that one scheme's records cannot be joined with another's:
/// HMAC-SHA256 under the scheme's key, first 16 bytes, base64url.
/// </summary>
public sealed class Pseudonyms(GatewayKeys keys)
{
    private const int MaxRemembered = 20_000;
    private readonly ConcurrentDictionary<(string Scheme, string Value), string> remembered = new();

    public string OfPerson(string scheme, string personId) => Of(scheme, "person|" + personId);

    /// <summary>Whether this gateway serves the scheme at all: the register may name readers for one that is yet to come.</summary>
    public bool Serves(string scheme) => keys.HasPseudonymKey(scheme);

    /// <summary>A session is told from another, never traced back to a token.</summary>
    public string OfSession(string scheme, string session) => Of(scheme, "session|" + session);

    private string Of(string scheme, string value)
    {
        if (remembered.TryGetValue((scheme, value), out var known)) return known;
        if (remembered.Count > MaxRemembered) remembered.Clear();
        var mac = HMACSHA256.HashData(keys.PseudonymKey(scheme), Encoding.UTF8.GetBytes(value));
        return remembered.GetOrAdd((scheme, value), Base64Url.EncodeToString(mac.AsSpan(0, 16)));
    }
}
