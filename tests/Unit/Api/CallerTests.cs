using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http.Limits;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Api;

/// <summary>Who calls, as the official host tells it.</summary>
public sealed class CallerTests
{
    [Theory]
    [InlineData("""{"Host":"drives.example","X-Forwarded-For":"203.0.113.9, 198.51.100.7:50123"}""", "127.0.0.1", "198.51.100.7")]
    [InlineData("""{"x-forwarded-for":"2001:db8::7"}""", "10.0.0.4", "2001:db8::7")]
    [InlineData("""{"Host":"drives.example"}""", "198.51.100.8", "198.51.100.8")]
    [InlineData("""{"X-Forwarded-For":"unknown"}""", "127.0.0.1", "nearby")]
    [InlineData("not JSON", "198.51.100.8", "198.51.100.8")]
    [InlineData("[]", "127.0.0.1", "nearby")]
    [InlineData(null, "127.0.0.1", "nearby")]
    public void The_caller_is_who_the_front_end_says_called_it(string? headers, string peer, string caller) =>
        Caller.AddressOf(new Heard(headers, peer)).ShouldBe(caller);

    [Fact]
    public void A_query_cannot_stand_in_for_the_headers() =>
        Caller.AddressOf(new Heard("""{"X-Forwarded-For":"192.0.2.1"}""", "198.51.100.8", "?headers=x")).ShouldBe("198.51.100.8");

    private sealed class Heard(string? headers, string peer, string query = "") : FunctionContext
    {
        public override string InvocationId => "";
        public override string FunctionId => "";
        public override TraceContext TraceContext => throw new NotSupportedException();
        public override BindingContext BindingContext { get; } = new Said(headers);
        public override RetryContext RetryContext => throw new NotSupportedException();
        public override IServiceProvider InstanceServices { get; set; } = null!;
        public override FunctionDefinition FunctionDefinition => throw new NotSupportedException();
        public override IInvocationFeatures Features => throw new NotSupportedException();

        public override IDictionary<object, object> Items { get; set; } =
            new Dictionary<object, object>
            {
                ["HttpRequestContext"] = new DefaultHttpContext
                {
                    Connection = { RemoteIpAddress = IPAddress.Parse(peer) },
                    Request = { QueryString = new(query) },
                },
            };
    }

    private sealed class Said(string? headers) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } =
            headers is null ? new Dictionary<string, object?>() : new() { ["Headers"] = headers };
    }
}
