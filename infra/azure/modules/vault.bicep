metadata description = 'The vault for secret access keys: RBAC, purge protection, and every access logged.'

param location string
param token string
param tags object
param principalId string
param workspaceId string

@description('Subnet for the private endpoint; empty for public access.')
param endpointSubnetId string
param virtualNetworkId string

var abbreviations = loadJsonContent('../abbreviations.json')

var isPrivate = !empty(endpointSubnetId)

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: '${abbreviations.keyVaultVaults}drives-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'AzureServices' }
  }
}

// Key Vault Secrets Officer: the app stores, reads, disables and deletes secrets; it can't purge them or change the vault.
resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, 'secrets-officer')
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7')
  }
}

#disable-next-line use-recent-api-versions // The version before it, which is no preview, knows nothing of what is asked for here.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'vault-endpoint'
  params: {
    location: location
    tags: tags
    name: '${abbreviations.networkPrivateEndpoints}vault-${token}'
    targetId: vault.id
    groupId: 'vault'
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault', '.vaultcore')}'
    subnetId: endpointSubnetId
    virtualNetworkId: virtualNetworkId
  }
}

output uri string = vault.properties.vaultUri
