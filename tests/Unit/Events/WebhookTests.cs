using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Events;

public sealed class WebhookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_signature_is_the_one_of_the_Standard_Webhooks_specification()
    {
        // The example of the specification's reference libraries.
        var signature = WebhookSender.Sign(
            new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            Encoding.UTF8.GetBytes("{\"test\": 2432232314}"));
        signature.ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("168.63.129.16", false)]
    [InlineData("168.63.129.17", true)]
    [InlineData("::ffff:168.63.129.16", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b::808:808", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.31.196.1", false)]
    [InlineData("192.52.193.1", false)]
    [InlineData("192.175.48.1", false)]
    [InlineData("192.88.99.2", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("2620:4f:8000::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("100::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("fec0::1", false)]
    public void Only_public_addresses_are_public(string address, bool expected) =>
        PublicAddresses.IsPublic(IPAddress.Parse(address)).ShouldBe(expected);

    [Theory]
    [InlineData("https://hooks.example.com/", true)]
    [InlineData("https://8.8.8.8/", true)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://localhost./", false)]
    [InlineData("https://LOCALHOST:8443/", false)]
    [InlineData("https://app.localhost/", false)]
    [InlineData("https://intranet/", false)]
    [InlineData("https://printer.local/", false)]
    [InlineData("https://metadata.google.internal/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://0x7f000001/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    public void Only_hosts_of_the_internet_are_taken_for_a_webhook(string url, bool expected) =>
        PublicAddresses.IsPublicHost(new Uri(url)).ShouldBe(expected);

    [Fact]
    public void A_delivery_that_fails_for_a_day_is_dead_and_until_then_always_has_a_next_time()
    {
        var delivery = Delivery();
        var now = Noon;
        while (delivery.Status is DeliveryStatus.Pending)
        {
            delivery = delivery.After(new DeliveryAttempt(now, 500, 10, "no"), spread: 0.5);
            if (delivery.Status is DeliveryStatus.Pending)
            {
                delivery.NextAttemptAt.ShouldNotBeNull();
                delivery.NextAttemptAt.Value.ShouldBeGreaterThan(now);
                now = delivery.NextAttemptAt.Value;
            }
        }

        delivery.Status.ShouldBe(DeliveryStatus.Dead);
        delivery.Tries.ShouldBeGreaterThan(10);
        delivery.Attempts.Count.ShouldBeLessThanOrEqualTo(ServerlessDrives.Events.Webhooks.Delivery.MostAttempts);
        (now - Noon).ShouldBeLessThanOrEqualTo(TimeSpan.FromDays(1));
        (now - Noon).ShouldBeGreaterThan(TimeSpan.FromHours(20));
    }

    [Fact]
    public void A_receiver_that_says_gone_is_not_asked_again() =>
        Delivery().After(new DeliveryAttempt(Noon, 410, 10, "gone"), 0).Status.ShouldBe(DeliveryStatus.Dead);

    [Fact]
    public void A_receiver_that_asks_to_wait_is_given_the_time() =>
        Delivery()
            .After(new DeliveryAttempt(Noon, 429, 10, "busy", TimeSpan.FromMinutes(7)), 0)
            .NextAttemptAt.ShouldBe(Noon + TimeSpan.FromMinutes(7));

    private static Delivery Delivery() => new()
    {
        Id = DeliveryId.Of("dlv_1"),
        Organization = OrganizationId.Of("org_1"),
        Webhook = WebhookId.Of("whk_1"),
        Event = new("e", OrganizationId.Of("org_1"), EventTypes.Test, "s", Noon, new JsonObject()),
        CreatedAt = Noon,
        TryingSince = Noon,
        NextAttemptAt = Noon,
    };
}
