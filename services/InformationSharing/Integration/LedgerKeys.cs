using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Partnership.InformationSharing;

/// <summary>The keys of the ledger, read from their files when first needed and kept.</summary>
public sealed class LedgerKeys(IOptions<LedgerOptions> options) : IDisposable
{
    private readonly Lazy<IReadOnlyList<ECDsa>> gateways = new(() => ReadGateways(options.Value.GatewayPublicKeyFiles));
    private readonly Lazy<ECDiffieHellman> seal = new(() => ReadSeal(options.Value.SealKeyFile));

    /// <summary>Public keys that batches are signed with.</summary>
    public IReadOnlyList<ECDsa> Gateways => gateways.Value;

    /// <summary>The private key that justifications are sealed to.</summary>
    public ECDiffieHellman Seal => seal.Value;

    /// <summary>Reads all keys now, so that a missing one stops the start and not the first entry.</summary>
    /// <exception cref="InvalidOperationException">A key file is not named, not readable, or holds no such key.</exception>
    public void EnsureUsable()
    {
        _ = gateways.Value;
        _ = seal.Value;
    }

    public void Dispose()
    {
        if (gateways.IsValueCreated)
        {
            foreach (var key in gateways.Value) key.Dispose();
        }

        if (seal.IsValueCreated) seal.Value.Dispose();
    }

    private static List<ECDsa> ReadGateways(IList<string> files)
    {
        if (files.Count == 0) throw new InvalidOperationException("Ledger:GatewayPublicKeyFiles names no key of a gateway.");
        return [.. files.Select((file, i) => Import(ECDsa.Create(), file, $"Ledger:GatewayPublicKeyFiles:{i}"))];
    }

    private static ECDiffieHellman ReadSeal(string file) => Import(ECDiffieHellman.Create(), file, "Ledger:SealKeyFile");

    private static TKey Import<TKey>(TKey key, string file, string setting) where TKey : ECAlgorithm
    {
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            if (key.ExportParameters(false).Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256") return key;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException($"The key file that {setting} names cannot be read as an EC P-256 key in PEM.", wrong);
        }

        key.Dispose();
        throw new InvalidOperationException($"The key that {setting} names is not on the curve P-256.");
    }
}
