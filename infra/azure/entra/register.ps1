# As register.sh, on Windows.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

if ($env:SIGN_IN_CLIENT_ID -and -not $env:SIGN_IN_PRINCIPAL) {
    Write-Output "Sign-in: the registration $env:SIGN_IN_CLIENT_ID was made by hand."
    exit 0
}

$outputs = az deployment sub create `
    --subscription $env:AZURE_SUBSCRIPTION_ID `
    --location $env:AZURE_LOCATION `
    --name "entra-$env:AZURE_ENV_NAME" `
    --parameters main.bicepparam `
    --query properties.outputs `
    --output json
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
$registered = $outputs | ConvertFrom-Json
foreach ($name in 'SIGN_IN_CLIENT_ID', 'SIGN_IN_API', 'SIGN_IN_PRINCIPAL') {
    azd env set $name $registered.$name.value
}
$client = $registered.SIGN_IN_CLIENT_ID.value
Write-Output "Sign-in: $($registered.SIGN_IN_API.value) is registered as $client. An administrator of the tenant may have to consent once:"
Write-Output "  az ad app permission admin-consent --id $client"
