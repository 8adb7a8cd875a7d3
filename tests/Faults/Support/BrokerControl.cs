using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts.Topology;
using Partnership.Tests.Support.Servers;

namespace Partnership.Tests.Faults.Support;

/// <summary>What an administrator of the broker can do to the ledger's queue.</summary>
internal sealed class BrokerControl(RabbitServer broker, string virtualHost)
{
    public Task DeleteQueueAsync() => OnQueueAsync(channel => RabbitMQ.Client.IChannelExtensions.QueueDeleteAsync(channel, BusTopology.LedgerQueue));

    public Task PurgeQueueAsync() => OnQueueAsync(channel => channel.QueuePurgeAsync(BusTopology.LedgerQueue));

    /// <summary>Messages that wait in the ledger's queue; null when there is none.</summary>
    public Task<uint?> WaitingAsync() => broker.ReadyAsync(virtualHost, BusTopology.LedgerQueue);

    public async Task OnQueueAsync(Func<RabbitMQ.Client.IChannel, Task> act)
    {
        await using var connection = await broker.ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync();
        await act(channel);
    }

    /// <summary>A policy for the ledger's queue alone.</summary>
    public Task SetPolicyAsync(JsonObject definition) => SendAsync(
        HttpMethod.Put, $"policies/{virtualHost}/limit", new JsonObject
        {
            ["pattern"] = $"^{BusTopology.LedgerQueue.Replace(".", "\\.", StringComparison.Ordinal)}$",
            ["definition"] = definition,
            ["apply-to"] = "queues",
        });

    public Task DeletePolicyAsync() => SendAsync(HttpMethod.Delete, $"policies/{virtualHost}/limit", null);

    public async Task<bool> IsRunningAsync()
    {
        try
        {
            await using var connection = await broker.ConnectAsync(virtualHost);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException)
        {
            return false;
        }
    }

    /// <summary>Who may declare what: a pattern of names.</summary>
    public Task AllowDeclaringAsync(string pattern) => SendAsync(
        HttpMethod.Put, $"permissions/{virtualHost}/{broker.Username}",
        new JsonObject { ["configure"] = pattern, ["write"] = ".*", ["read"] = ".*" });

    /// <summary>The arguments that the ledger's queue has on the broker.</summary>
    public async Task<JsonElement> QueueArgumentsAsync()
    {
        using var client = Client();
        var queue = await client.GetFromJsonAsync<JsonElement>($"api/queues/{virtualHost}/{BusTopology.LedgerQueue}");
        return queue.GetProperty("arguments");
    }

    private async Task SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(method, $"api/{path}");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await client.SendAsync(request);
        if (method != HttpMethod.Delete || answer.StatusCode != System.Net.HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }

    private HttpClient Client()
    {
        var client = new HttpClient { BaseAddress = new UriBuilder(broker.Management) { UserName = "", Password = "", Path = "/" }.Uri };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{broker.Username}:{broker.Password}")));
        return client;
    }
}
